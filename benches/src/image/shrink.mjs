// sharp's side: the thumbnails that image-processing makes, of the same sizes and qualities, with one thread.
// node shrink.mjs FOLDER FORM FILE COUNT FORMATS -> {"ms": [...], "peak_kb": n}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, form, file, count, formats] = process.argv.slice(2);
const sharp = createRequire(`${folder}/`)("sharp");
sharp.concurrency(1);
sharp.cache(false);

// In memory, as a function gets it.
const picture = readFileSync(file);
const raw = ({ info }) => ({ raw: { width: info.width, height: info.height, channels: info.channels } });
const pixels = (image) => image.raw().toBuffer({ resolveWithObject: true });

async function write(made) {
  const image = () => sharp(made.data, raw(made));
  if (formats.includes("jpeg")) await image().jpeg({ quality: 85 }).toBuffer();
  if (formats.includes("webp")) await image().webp({ quality: 80 }).toBuffer();
}

const forms = {
  // The widest once from the file, shrunk on load; the others from its pixels.
  async star() {
    const widest = await pixels(sharp(picture).resize(1024));
    await write(widest);
    for (const width of [512, 128]) await write(await pixels(sharp(widest.data, raw(widest)).resize(width)));
  },
  // Each from the one before it.
  async chain() {
    let made = await pixels(sharp(picture).resize(1024));
    await write(made);
    for (const width of [512, 128]) {
      made = await pixels(sharp(made.data, raw(made)).resize(width));
      await write(made);
    }
  },
  // The widest from the file, the others in one pipeline each, without pixels in between.
  async pipeline() {
    const widest = await pixels(sharp(picture).resize(1024));
    await write(widest);
    for (const width of [512, 128]) {
      const image = () => sharp(widest.data, raw(widest)).resize(width);
      if (formats.includes("jpeg")) await image().jpeg({ quality: 85 }).toBuffer();
      if (formats.includes("webp")) await image().webp({ quality: 80 }).toBuffer();
    }
  },
};

await forms[form]();
const ms = [];
for (let n = 0; n < Number(count); n++) {
  const begun = process.hrtime.bigint();
  await forms[form]();
  ms.push(Number(process.hrtime.bigint() - begun) / 1e6);
}
console.log(JSON.stringify({ ms, peak_kb: process.resourceUsage().maxRSS }));
