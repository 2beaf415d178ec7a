//! The caller's trace, as Lambda tells it.
//!
//! Deals with: X-Ray's header as a W3C trace context
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>).
//! Does not deal with: a `traceparent` that a request carries (`http`).

use crate::context::TraceContext;

/// `Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=1` as a W3C trace context.
pub(super) fn from_xray(header: &str) -> Option<TraceContext> {
    let (mut root, mut parent, mut sampled) = (None, None, false);
    for part in header.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii) {
        root = root.or_else(|| part.strip_prefix(b"Root=1-"));
        parent = parent.or_else(|| part.strip_prefix(b"Parent="));
        sampled |= part == b"Sampled=1";
    }
    let (time, unique) = root?.split_at_checked(8)?;
    let (unique, parent) = (unique.strip_prefix(b"-")?, parent?);
    let hex = |text: &[u8], len: usize| text.len() == len && text.iter().all(u8::is_ascii_hexdigit);
    if !(hex(time, 8) && hex(unique, 24) && hex(parent, 16)) {
        return None;
    }
    let flags: &[u8] = if sampled { b"-01" } else { b"-00" };
    let mut traceparent = [b"00-", time, unique, b"-", parent, flags].concat();
    traceparent.make_ascii_lowercase();
    Some(TraceContext { traceparent: String::from_utf8(traceparent).ok()?, tracestate: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_of_xray_becomes_one_of_w3c() {
        let header = "Root=1-5759E988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let trace = from_xray(header).unwrap();
        assert_eq!(trace.traceparent, "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
        assert_eq!(trace.trace_id(), Some("5759e988bd862e3fe1be46a994272793"));
        for unsampled in [";Sampled=0", "", ";Sampled=?", ";Lineage=1:a87bd80c:0"] {
            let header = header.replace(";Sampled=1", unsampled);
            assert!(from_xray(&header).unwrap().traceparent.ends_with("-00"), "{header}");
        }
    }

    #[test]
    fn parts_of_another_length_or_alphabet_are_no_trace() {
        let parts = |root: &str, parent: &str| from_xray(&format!("Root={root};Parent={parent}"));
        let (root, parent) = ("1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8");
        assert!(parts(root, parent).is_some());
        for odd in [
            "1-5759e98-bd862e3fe1be46a994272793",
            "1-5759e9888-bd862e3fe1be46a994272793",
            "1-5759e988-bd862e3fe1be46a99427279",
            "1-5759e988-bd862e3fe1be46a9942727933",
            "1-5759e98x-bd862e3fe1be46a994272793",
            "1-5759e988-bd862e3fe1be46a99427279x",
            "2-5759e988-bd862e3fe1be46a994272793",
            "1-5759e988bd862e3fe1be46a994272793",
            "1-x-y",
            "",
        ] {
            assert!(parts(odd, parent).is_none(), "{odd}");
        }
        for odd in ["", "53995c3f42cd8ad", "53995c3f42cd8ad88", "53995c3f42cd8adx"] {
            assert!(parts(root, odd).is_none(), "{odd}");
        }
        assert!(from_xray("").is_none() && from_xray(&format!("Root={root}")).is_none());
    }
}
