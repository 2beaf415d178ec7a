//! The certificates that an image trusts.
//!
//! Deals with: Mozilla's roots as one PEM file, the same in every build of this command. Does not deal with:
//! what a function itself trusts: its clients have the same roots compiled in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// RFC 7468.
const WIDTH: usize = 64;

/// All roots, in their library's order.
pub(crate) fn pem() -> String {
    let mut pem = String::new();
    for certificate in TLS_SERVER_ROOT_CERTS {
        let text = STANDARD.encode(certificate);
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at(WIDTH.min(rest.len()));
            pem.push_str(line);
            pem.push('\n');
            rest = more;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_is_there_as_it_is() {
        let pem = pem();
        assert!(pem.lines().all(|line| line.len() <= WIDTH));
        let blocks = pem.split("-----BEGIN CERTIFICATE-----\n").skip(1);
        let read = blocks.map(|block| {
            let text = block.split("-----END").next().unwrap().replace('\n', "");
            STANDARD.decode(text).unwrap()
        });
        let read: Vec<Vec<u8>> = read.collect();
        assert!(read.len() > 100);
        assert!(read.iter().zip(TLS_SERVER_ROOT_CERTS).all(|(one, other)| *one == **other));
    }
}
