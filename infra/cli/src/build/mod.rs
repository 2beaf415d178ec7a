//! `anyfn build`: packages for the clouds.
//!
//! Deals with: arguments, the order of events: what a cloud cannot run is refused before anything is built
//! for it. Does not deal with: the parts: executables (`cross`; for this machine `host`), what is in a
//! package (`zips`, `image`), files (`packing`).

mod archive;
mod certificates;
mod cross;
mod dockerfile;
pub(crate) mod executable;
mod host;
mod image;
mod packing;
mod reproducible;
mod settings;
mod summary;
pub(crate) mod target;
mod toolchain;
mod zig;
mod zips;

pub(crate) use host::{build, command, executables};
pub(crate) use packing::MANIFEST;
pub(crate) use settings::find;
pub(crate) use zips::BOOTSTRAP;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyfn::manifest::Manifest;

use self::cross::Cross;
use self::packing::{App, Packed, pack};
use self::reproducible::Epoch;
use self::target::{Arch, Target};
use crate::fault::Fault;
use crate::output;
use crate::packages::{Package, Workspace, here};

/// Build packages for the clouds: zips and container images
///
/// The executables are static: they run on any Linux. The same sources, versions and tools give the same bytes,
/// wherever and whenever they are built. Each app's folder also gets its `manifest.json`, which Terraform and
/// `anyfn dev --package` read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// An app; several times for several. Default: the app in this folder, else all of the workspace
    #[arg(short, long, value_name = "PACKAGE")]
    package: Vec<String>,
    /// An executable that is built already and runs here, instead of a package; several times for several
    #[arg(long, value_name = "EXECUTABLE", conflicts_with = "package")]
    bin: Vec<PathBuf>,
    /// What to pack it for; several times for several
    #[arg(short, long, value_enum, required = true)]
    target: Vec<Target>,
    /// The processor. Default: arm64, and x86_64 on Azure, which has no other
    #[arg(short, long, value_enum)]
    arch: Option<Arch>,
    /// Where packages go, each app's in a folder of its own. Default: `dist` in the workspace
    #[arg(short, long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  anyfn build -p webhook --target aws                    dist/webhook/aws-arm64.zip
  anyfn build -p webhook --target azure --target container
  anyfn build --target aws --arch x86_64 --out packages  all apps of this workspace
  anyfn build --target aws --json | jq -r '.[].sha256'
  anyfn dev --package dist/webhook/azure-x86_64.zip      runs the very zip";

/// A package to be made.
type Wanted = (Target, Arch);

pub(crate) async fn run(args: &Args) -> Result<ExitCode, Fault> {
    let here = here()?;
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
    let epoch = Epoch::read(epoch.as_deref()).map_err(Fault::usage)?;
    let mut packed = Vec::new();
    if args.bin.is_empty() {
        let wanted = wanted(&args.target, args.arch)?;
        let workspace = Workspace::around(&here)?;
        let out = out(args, &here, &workspace.root);
        let packages = workspace.apps(&args.package, &here)?;
        let mut apps = Vec::new();
        for (package, executable) in packages.iter().zip(build(&workspace, &packages)?) {
            let app = App::of(package, manifest(&executable).await?);
            wanted.iter().try_for_each(|(target, _)| target.can_run(&app.manifest))?;
            apps.push((*package, app));
        }
        let cross = Cross::new(&workspace, epoch)?;
        for (package, app) in &apps {
            packed.extend(built(&cross, package, app, &wanted, &out, epoch)?);
        }
    } else {
        let root = Workspace::around(&here).map_or_else(|_| here.clone(), |found| found.root);
        let out = out(args, &here, &root);
        for executable in &args.bin {
            packed.extend(given(executable, args, &out, epoch).await?);
        }
    }
    let text = match args.json {
        true => serde_json::to_string(&packed).map_err(|fault| Fault::failed(fault.to_string()))?,
        false => summary::text(&packed, &here),
    };
    output::data(&text);
    Ok(ExitCode::SUCCESS)
}

fn out(args: &Args, here: &Path, root: &Path) -> PathBuf {
    args.out.as_ref().map_or_else(|| root.join("dist"), |out| here.join(out))
}

/// Every target once, with its processor.
fn wanted(targets: &[Target], arch: Option<Arch>) -> Result<Vec<Wanted>, Fault> {
    let mut all = Vec::new();
    for target in targets {
        let one = (*target, target.arch(arch)?);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all)
}

async fn manifest(executable: &Path) -> Result<Manifest, Fault> {
    let listed = anyfn_emulator::apps::manifest(executable).await;
    listed.map_err(|why| Fault::failed(format!("{} has no manifest: {why}", executable.display())))
}

/// Builds an app once a processor, and packs it for every target.
fn built(
    cross: &Cross<'_>,
    package: &Package,
    app: &App,
    wanted: &[Wanted],
    out: &Path,
    epoch: Epoch,
) -> Result<Vec<Packed>, Fault> {
    let mut executables: BTreeMap<Arch, PathBuf> = BTreeMap::new();
    let mut packed = Vec::new();
    for (target, arch) in wanted {
        let executable = match executables.get(arch) {
            Some(known) => known.clone(),
            None => {
                output::note(&format!("building {} for {}", app.name, arch.triple()));
                let built = cross.build(package, *arch)?;
                executables.insert(*arch, built.clone());
                built
            }
        };
        let bytes = read(&executable)?;
        let kind = executable::read(&bytes)
            .map_err(|why| Fault::failed(format!("{}: {why}", executable.display())))?;
        if kind.dynamic || kind.arch != *arch {
            return Err(Fault::failed(format!(
                "{} is no static executable for {}; does a configuration of cargo ask for another linker or target?",
                executable.display(),
                arch.name()
            )));
        }
        packed.push(pack(out, app, (*target, *arch), bytes, epoch)?);
    }
    Ok(packed)
}

/// Packs an executable as it is.
async fn given(
    executable: &Path,
    args: &Args,
    out: &Path,
    epoch: Epoch,
) -> Result<Vec<Packed>, Fault> {
    let bytes = read(executable)?;
    let at = executable.display();
    let kind = executable::read(&bytes).map_err(|why| Fault::usage(format!("{at}: {why}")))?;
    let arch = kind.arch.name();
    if args.arch.is_some_and(|arch| arch != kind.arch) {
        return Err(Fault::usage(format!(
            "{at} is for {arch}; leave --arch out, or build for another: -p PACKAGE"
        )));
    }
    let wanted = wanted(&args.target, Some(kind.arch))?;
    let path = std::path::absolute(executable).map_err(|io| Fault::usage(format!("{at}: {io}")))?;
    let manifest = manifest(&path).await?;
    wanted.iter().try_for_each(|(target, _)| target.can_run(&manifest))?;
    if kind.dynamic {
        output::note(&format!(
            "note: {at} needs the libraries of the system that it was built on, which a cloud may not have; static: anyfn build -p {}",
            manifest.app
        ));
    }
    let app = App { name: manifest.app.clone(), manifest, labels: BTreeMap::new(), version: None };
    wanted.into_iter().map(|one| pack(out, &app, one, bytes.clone(), epoch)).collect()
}

fn read(executable: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(executable).map_err(|io| Fault::usage(format!("{}: {io}", executable.display())))
}
