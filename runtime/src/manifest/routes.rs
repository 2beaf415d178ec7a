//! HTTP functions that would answer the same requests.
//!
//! Deals with: paths and methods that no router can tell apart, over all functions of an app. Does not
//! deal with: what is wrong with one path alone (`check`), nor with finding a request's function
//! (`host`).

use std::collections::BTreeSet;

use super::TriggerSpec;
use crate::trigger::http::takes;

/// An HTTP function: its name, its methods (none stand for all) and its path.
pub(crate) type Route<'a> = (&'a str, &'a [String], String);

/// The route of a function, its path as `fold` reads it; `None` for anything but HTTP.
pub(crate) fn route<'a>(
    name: &'a str,
    trigger: &'a TriggerSpec,
    fold: fn(&str) -> String,
) -> Option<Route<'a>> {
    match trigger {
        TriggerSpec::Http { methods, path, .. } => Some((name, methods, fold(path))),
        _ => None,
    }
}

/// Every two functions whose paths are in each other's way for some method, later one last.
///
/// The platform authorises the function that its own router finds, and ours must find the same. So
/// nothing is left to an order: what our tree of paths cannot hold is refused, though some of it
/// (`/x/{id}` beside `/x/{*rest}`) a host could tell apart.
pub(crate) fn conflicts<'a>(routes: &[Route<'a>]) -> Vec<(&'a str, &'a str)> {
    let named = routes.iter().flat_map(|(_, methods, _)| methods.iter().map(String::as_str));
    // A method that nobody names stands for all of those: only `any` takes it.
    let methods: BTreeSet<&str> = named.chain(["*"]).collect();
    let mut found = Vec::new();
    for method in methods {
        let taking: Vec<&Route<'_>> = routes.iter().filter(|r| takes(r.1, method)).collect();
        let mut router = matchit::Router::new();
        for (at, (name, _, path)) in taking.iter().enumerate() {
            // A path that is wrong by itself has a fault of its own.
            let Err(matchit::InsertError::Conflict { with }) = router.insert(path.as_str(), ())
            else {
                continue;
            };
            let earlier = taking.iter().take(at);
            let other = earlier
                .clone()
                .find(|other| clash(&other.2, path))
                .or_else(|| earlier.clone().find(|other| other.2 == with))
                .map_or("", |other| other.0);
            if !found.contains(&(other, *name)) {
                found.push((other, *name));
            }
        }
    }
    found
}

fn clash(one: &str, other: &str) -> bool {
    let mut router = matchit::Router::new();
    router.insert(one, ()).is_ok() && router.insert(other, ()).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(routes: &[(&'static str, &[&str], &str)]) -> Vec<(&'static str, &'static str)> {
        let methods: Vec<Vec<String>> =
            routes.iter().map(|r| r.1.iter().map(|m| (*m).to_owned()).collect()).collect();
        let routes: Vec<Route<'static>> = routes
            .iter()
            .zip(methods)
            .map(|(r, methods)| (r.0, &*methods.leak(), r.2.to_owned()))
            .collect();
        conflicts(&routes)
    }

    #[test]
    fn paths_that_one_tree_cannot_hold_are_found_in_either_order() {
        let rest = ("rest", &[][..], "/x/{*rest}");
        let one = ("one", &["GET", "HEAD"][..], "/x/{id}");
        assert_eq!(found(&[rest, one]), [("rest", "one")]);
        assert_eq!(found(&[one, rest]), [("one", "rest")]);
        let (any, get) = (("any", &[][..], "/x/{a}"), ("get", &["GET"][..], "/x/{b}"));
        assert_eq!(found(&[any, get]), [("any", "get")]);
        assert_eq!(found(&[any, ("same", &[], "/x/{a}")]), [("any", "same")]);
    }

    #[test]
    fn other_methods_and_more_literal_paths_are_in_nobodys_way() {
        let get = ("get", &["GET"][..], "/x/{a}");
        assert!(found(&[get, ("post", &["POST"], "/x/{b}")]).is_empty());
        assert!(found(&[get, ("new", &[], "/x/new")]).is_empty());
        assert!(found(&[("rest", &[], "/{*rest}"), get]).is_empty());
        assert!(found(&[("wrong", &[], "/{"), ("wrong-too", &[], "/{")]).is_empty());
    }
}
