//! What a package is for: a cloud, a processor.
//!
//! Deals with: their names, which go together, what a cloud cannot express. Does not deal with: what is in
//! a package.

use anyfn::manifest::Manifest;
use clap::ValueEnum;
use serde::Serialize;

use crate::fault::Fault;

/// Where a package runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Target {
    /// A zip for AWS Lambda
    Aws,
    /// A zip for Azure Functions
    Azure,
    /// An OCI image
    Container,
}

/// A processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
pub(crate) enum Arch {
    /// 64-bit ARM: Graviton, Ampere, Apple
    #[serde(rename = "arm64")]
    #[value(name = "arm64", alias = "aarch64")]
    Arm64,
    /// 64-bit Intel and AMD
    #[serde(rename = "x86_64")]
    #[value(name = "x86_64", alias = "amd64")]
    X86,
}

impl Target {
    /// As in the name of a file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Container => "container",
        }
    }

    /// The processor of a package: the one that is `wanted`, else ARM where the target has it, since it costs
    /// less there.
    ///
    /// # Errors
    /// The target has no such processor.
    pub(crate) fn arch(self, wanted: Option<Arch>) -> Result<Arch, Fault> {
        match (self, wanted) {
            (Self::Azure, Some(Arch::Arm64)) => Err(Fault::usage(
                "Azure Functions runs x86_64 only; a right one: --target azure --arch x86_64",
            )),
            (Self::Azure, _) => Ok(Arch::X86),
            (_, Some(arch)) => Ok(arch),
            (_, None) => Ok(Arch::Arm64),
        }
    }

    /// Whether the target can run what `manifest` declares.
    ///
    /// # Errors
    /// What it cannot, function by function.
    pub(crate) fn can_run(self, manifest: &Manifest) -> Result<(), Fault> {
        match self {
            Self::Azure => anyfn::host::azure::files(manifest).map(drop).map_err(Fault::usage),
            Self::Aws | Self::Container => Ok(()),
        }
    }
}

impl Arch {
    /// As in the name of a file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86_64",
        }
    }

    /// As rustc calls a static build for it.
    pub(crate) fn triple(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-musl",
            Self::X86 => "x86_64-unknown-linux-musl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_its_processors() {
        for target in [Target::Aws, Target::Container] {
            assert_eq!(target.arch(None).unwrap(), Arch::Arm64);
            assert_eq!(target.arch(Some(Arch::X86)).unwrap(), Arch::X86);
        }
        assert_eq!(Target::Azure.arch(None).unwrap(), Arch::X86);
        assert_eq!(Target::Azure.arch(Some(Arch::X86)).unwrap(), Arch::X86);
        let fault = Target::Azure.arch(Some(Arch::Arm64)).unwrap_err().to_string();
        assert!(fault.contains("x86_64 only") && fault.contains("--arch x86_64"), "{fault}");
    }

    #[test]
    fn what_azure_cannot_express_is_refused_for_azure_alone() {
        let fifo = br#"{"anyfn":1,"app":"shop","needs":[],"config":[],"functions":[{"name":"ship",
            "trigger":{"type":"queue","queue":"orders","fifo":true},"event":{}}]}"#;
        let manifest = Manifest::from_json(fifo).unwrap();
        assert!(
            Target::Aws.can_run(&manifest).is_ok() && Target::Container.can_run(&manifest).is_ok()
        );
        let fault = Target::Azure.can_run(&manifest).unwrap_err().to_string();
        assert!(fault.contains("`ship`") && fault.contains("keep no order"), "{fault}");
    }
}
