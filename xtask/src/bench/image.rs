//! Thumbnails of large photographs beside sharp (libvips) from npm.
//!
//! Deals with: setting up cmake and nasm for libjpeg-turbo, and sharp at a pinned version; building both
//! of our sides; running `drive-image`.
//! Does not deal with: measuring (`benches/src/image`).

use std::path::PathBuf;

use super::{driver, row::Row};
use crate::gate::Place;
use crate::peers::node;
use crate::tools;

const PHOTOS: &str = "functions/image-processing/photos";
const SCRIPT: &str = "benches/src/image/shrink.mjs";

pub(super) fn run(place: &Place) -> Result<Vec<Row>, String> {
    tools::install(&tools::NODE)?;
    tools::install(&tools::CODECS)?;
    let sharp = place.target.join("xtask/sharp");
    node::install(place, "benches/peers/sharp", &sharp)?;
    let ours = "-p anyfn-benches --bin shrink-picture";
    let packed = driver::build(place, &format!("{ours} --bin drive-image --features turbojpeg"))?;
    let release = driver::build_as(place, "release", ours)?;
    let arguments = [
        place.root.join(PHOTOS),
        packed.join("shrink-picture"),
        release.join("shrink-picture"),
        sharp,
        place.root.join(SCRIPT),
        place.target.join("xtask/pictures"),
    ];
    driver::rows(&packed.join("drive-image"), &arguments.each_ref().map(PathBuf::as_path))
}
