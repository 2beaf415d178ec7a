// A custom handler that knows nothing of anyfn: Node's own HTTP server and Azure's documentation.
const http = require("http");

http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const json = (status, value) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (request.url.startsWith("/api/hello/")) {
      response.writeHead(201, {
        "Content-Type": "application/octet-stream",
        "X-Saw": `${request.method} ${request.url}`,
      });
      response.end(Buffer.concat([Buffer.from([0, 255]), body]));
    } else if (request.url === "/copy") {
      const message = JSON.parse(JSON.parse(JSON.parse(body).Data.item));
      if (message.crash) process.exit(3);
      if (message.fail) return json(500, { Logs: ["will not copy"] });
      json(200, {
        Outputs: { out: JSON.stringify({ got: message.text }) },
        Logs: [`copied ${message.text}`],
      });
    } else {
      json(404, {});
    }
  });
}).listen(process.env.FUNCTIONS_CUSTOMHANDLER_PORT, "127.0.0.1");
console.log(`root ${process.env.FUNCTIONS_APP_ROOT_PATH} home ${process.env.HOME}`);
