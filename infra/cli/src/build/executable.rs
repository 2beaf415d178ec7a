//! What an executable file says of itself.
//!
//! Deals with: the header of an ELF file: the processor, whether it needs a loader. Does not deal with:
//! running it. Nothing in a file makes reading it panic.

use super::target::Arch;

/// A Linux executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Executable {
    pub(crate) arch: Arch,
    /// It needs the libraries of the system that it was built on.
    pub(crate) dynamic: bool,
}

const MAGIC: &[u8] = b"\x7fELF";
const X86_64: u16 = 62;
const AARCH64: u16 = 183;
/// The program header that names a loader.
const INTERPRETER: u32 = 3;

/// Reads the header of a file.
///
/// # Errors
/// Why it is no executable for Linux on a processor of ours.
pub(crate) fn read(file: &[u8]) -> Result<Executable, String> {
    if !file.starts_with(MAGIC) {
        return Err("it is no executable for Linux".to_owned());
    }
    // A class of 64 bits, little-endian.
    if file.get(4..6) != Some(&[2, 1]) {
        return Err("it is not for a 64-bit processor".to_owned());
    }
    let short = || "it ends within its header".to_owned();
    let arch = match u16_at(file, 18).ok_or_else(short)? {
        X86_64 => Arch::X86,
        AARCH64 => Arch::Arm64,
        other => {
            return Err(format!(
                "it is for a processor (number {other}) other than arm64 and x86_64"
            ));
        }
    };
    let table = u64_at(file, 32).and_then(|at| usize::try_from(at).ok()).ok_or_else(short)?;
    let size = usize::from(u16_at(file, 54).ok_or_else(short)?);
    let count = usize::from(u16_at(file, 56).ok_or_else(short)?);
    let mut dynamic = false;
    for number in 0..count {
        let at = number.checked_mul(size).and_then(|offset| table.checked_add(offset));
        let kind = at.and_then(|at| u32_at(file, at)).ok_or_else(short)?;
        dynamic |= kind == INTERPRETER;
    }
    Ok(Executable { arch, dynamic })
}

fn bytes<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..)?.get(..N)?.try_into().ok()
}

fn u16_at(file: &[u8], at: usize) -> Option<u16> {
    bytes(file, at).map(u16::from_le_bytes)
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    bytes(file, at).map(u32::from_le_bytes)
}

fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    bytes(file, at).map(u64::from_le_bytes)
}

/// The least of a file with this processor and these program headers.
#[cfg(test)]
pub(crate) fn sample(machine: u16, headers: &[u32]) -> Vec<u8> {
    let mut file = vec![0; 64];
    file[..6].copy_from_slice(b"\x7fELF\x02\x01");
    file[18..20].copy_from_slice(&machine.to_le_bytes());
    file[32] = 64;
    file[54] = 56;
    file[56] = u8::try_from(headers.len()).unwrap();
    for kind in headers {
        file.extend(kind.to_le_bytes());
        file.extend([0; 52]);
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn processor_and_loader_are_in_the_header() {
        let read = |machine, headers: &[u32]| read(&sample(machine, headers)).unwrap();
        assert_eq!(read(X86_64, &[1, 1]), Executable { arch: Arch::X86, dynamic: false });
        assert_eq!(read(AARCH64, &[1, 3]), Executable { arch: Arch::Arm64, dynamic: true });
    }

    #[test]
    fn what_is_none_of_ours_is_told_why() {
        let script = read(b"#!/bin/sh\n").unwrap_err();
        assert!(script.contains("no executable for Linux"), "{script}");
        assert!(read(&sample(40, &[])).unwrap_err().contains("number 40"));
        assert!(read(b"\x7fELF\x01\x01").unwrap_err().contains("64-bit"));
        assert!(read(&sample(X86_64, &[1])[..60]).unwrap_err().contains("within its header"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_very_test_is_dynamic_or_static_as_it_was_linked() {
        let own = read(&std::fs::read("/proc/self/exe").unwrap()).unwrap();
        assert_eq!(own.arch.name() == "x86_64", cfg!(target_arch = "x86_64"));
        assert_eq!(own.dynamic, cfg!(target_env = "gnu"));
    }

    proptest! {
        #[test]
        fn no_file_makes_reading_panic(mut file in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&file);
            let head = sample(X86_64, &[]);
            for (byte, known) in file.iter_mut().zip(&head[..20]) {
                *byte = *known;
            }
            let _ = read(&file);
        }
    }
}
