//! A Dockerfile for those who want one.
//!
//! Deals with: the image once more, in Docker's words, from the layer that was made for the layout: to add
//! something to it, or for a Docker that reads no layouts. Does not deal with: building anything in Docker.

use super::image::{ENVIRONMENT, EXECUTABLE, Layout, PORT, USER, health};

/// The text, for a build in the folder above `layout`, the folder's name.
pub(crate) fn of(layout: &Layout, folder: &str) -> String {
    let [program, word] = health();
    let environment = ENVIRONMENT.join(" ");
    let layer = &layout.layer;
    format!(
        "# Made by `anyfn build`. In this folder: docker build -t NAME .\n\
         FROM scratch\n\
         # A gzipped tar, which ADD unpacks: the executable and its certificates.\n\
         ADD {folder}/{layer} /\n\
         ENV {environment}\n\
         EXPOSE {PORT}\n\
         USER {USER}\n\
         HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD [\"{program}\", \"{word}\"]\n\
         ENTRYPOINT [\"/{EXECUTABLE}\"]\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_adds_the_layer_of_the_layout() {
        let layer = "blobs/sha256/0123".to_owned();
        let layout = Layout { files: BTreeMap::new(), digest: "4567".to_owned(), layer };
        let text = of(&layout, "container-arm64");
        for line in [
            "ADD container-arm64/blobs/sha256/0123 /",
            "USER 65532:65532",
            "ENTRYPOINT [\"/app\"]",
            "EXPOSE 8080",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} is not in {text}");
        }
        assert!(text.contains("CMD [\"/app\", \"health\"]"));
    }
}
