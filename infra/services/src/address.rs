//! Where a provider's API is.
//!
//! Deals with: public addresses, endpoints given instead, and building a URL from its parts.
//! Does not deal with: who may call it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// Everything but the unreserved characters: what both providers' signatures expect of a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The bucket's address, without a slash at the end.
pub(crate) fn s3(bucket: &str, region: &str, endpoint: Option<&Url>) -> String {
    match endpoint {
        Some(endpoint) => format!("{}/{bucket}", bare(endpoint)),
        // A dot in the bucket would need a certificate for one more level than there is.
        None if bucket.contains('.') => {
            format!("https://s3.{region}.{}/{bucket}", aws_domain(region))
        }
        None => format!("https://{bucket}.s3.{region}.{}", aws_domain(region)),
    }
}

/// The service's address, without a slash at the end: of `sqs` and `sts`.
pub(crate) fn aws(service: &str, region: &str, endpoint: Option<&Url>) -> String {
    endpoint.map_or_else(|| format!("https://{service}.{region}.{}", aws_domain(region)), bare)
}

/// The account's address, without a slash at the end: of `blob` and `queue`. An emulator has no
/// name per account, so it expects the account in the path.
pub(crate) fn azure(service: &str, account: &str, endpoint: Option<&Url>) -> String {
    let Some(endpoint) = endpoint else {
        return format!("https://{account}.{service}.core.windows.net");
    };
    let nameless = match endpoint.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let bare = bare(endpoint);
    let has_it = bare.rsplit('/').next() == Some(account);
    if nameless && !has_it { format!("{bare}/{account}") } else { bare }
}

/// Whether a URL's host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Whether a URL's host is this machine or one that only this machine reaches, as the providers'
/// credential endpoints are: no proxy can help.
pub(crate) fn is_local(url: &Url) -> bool {
    is_loopback(url)
        || match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_link_local(),
            // fd00:ec2::/32 holds the endpoints of EC2 and EKS.
            Some(Host::Ipv6(ip)) => ip.segments().starts_with(&[0xfd00, 0x0ec2]),
            _ => false,
        }
}

/// `?a=b&c=d`, encoded as signatures expect it; empty for no pairs.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&encode(value));
    }
    text
}

/// One part of a path, or a value of a query.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

fn bare(endpoint: &Url) -> String {
    endpoint.as_str().trim_end_matches('/').to_owned()
}

fn aws_domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn public_addresses_follow_region_and_account() {
        assert_eq!(s3("b", "eu-west-1", None), "https://b.s3.eu-west-1.amazonaws.com");
        assert_eq!(s3("b.c", "cn-north-1", None), "https://s3.cn-north-1.amazonaws.com.cn/b.c");
        assert_eq!(aws("sqs", "eu-west-1", None), "https://sqs.eu-west-1.amazonaws.com");
        assert_eq!(azure("blob", "acct", None), "https://acct.blob.core.windows.net");
    }

    #[test]
    fn an_endpoint_replaces_them() {
        let local = url("http://127.0.0.1:9000/");
        assert_eq!(s3("b", "r", Some(&local)), "http://127.0.0.1:9000/b");
        assert_eq!(aws("sqs", "r", Some(&local)), "http://127.0.0.1:9000");
        assert_eq!(azure("queue", "acct", Some(&local)), "http://127.0.0.1:9000/acct");
        let named = url("http://127.0.0.1:9000/acct");
        assert_eq!(azure("queue", "acct", Some(&named)), "http://127.0.0.1:9000/acct");
        let private = url("https://acct.private.example");
        assert_eq!(azure("queue", "acct", Some(&private)), "https://acct.private.example");
    }

    #[test]
    fn local_hosts_are_told_from_others() {
        for local in
            ["http://127.0.0.1", "http://localhost:1", "http://[::1]", "http://a.localhost"]
        {
            assert!(is_loopback(&url(local)), "{local}");
        }
        for near in ["http://169.254.170.2", "http://[fd00:ec2::23]"] {
            assert!(is_local(&url(near)) && !is_loopback(&url(near)), "{near}");
        }
        for far in ["http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"] {
            assert!(!is_local(&url(far)), "{far}");
        }
    }

    #[test]
    fn a_query_is_encoded_strictly() {
        assert_eq!(query(&[("prefix", "a b+ä/"), ("x", "")]), "?prefix=a%20b%2B%C3%A4%2F&x=");
        assert_eq!(query(&[]), "");
    }
}
