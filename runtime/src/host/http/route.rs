//! Which HTTP function a request is for.
//!
//! Deals with: path and method over all HTTP functions of the app. Does not deal with: path
//! parameters (the trigger reads them), nor with who may call (the platform).

use ::http::Method;

use crate::app::Function;
use crate::manifest::TriggerSpec;
use crate::trigger::http::takes;

/// What a path and a method lead to.
pub(in crate::host) enum Found<'a> {
    Function(&'a Function),
    /// The path is some function's, the method is none's; with the methods that are, sorted.
    WrongMethod(Vec<String>),
    Nothing,
    /// The paths cannot be told apart, so that which function may run is not known: none may.
    Unclear(String),
}

/// Finds the function for `method` and `path`: among those that take the method, text goes before a
/// parameter and a parameter before the rest of a path. Paths and templates are compared after `fold`.
pub(in crate::host) fn route<'a>(
    functions: &'a [Function],
    method: &Method,
    path: &str,
    fold: fn(&str) -> String,
) -> Found<'a> {
    let http = |function: &'a Function| match &function.trigger {
        TriggerSpec::Http { methods, path, .. } => Some((function, methods, fold(path))),
        _ => None,
    };
    let all: Vec<_> = functions.iter().filter_map(http).collect();
    let path = fold(path);
    let mut router = matchit::Router::new();
    for (function, methods, template) in &all {
        // A listing refuses these. Were one dropped here instead, a caller who was let in as one
        // function's could run another.
        if takes(methods, method.as_str())
            && let Err(fault) = router.insert(template.as_str(), *function)
        {
            return Found::Unclear(format!(
                "function `{}`: path `{template}`: {fault}",
                function.name
            ));
        }
    }
    if let Ok(found) = router.at(&path) {
        return Found::Function(found.value);
    }
    let mut allowed = Vec::new();
    for (_, methods, template) in &all {
        let mut router = matchit::Router::new();
        if router.insert(template.as_str(), ()).is_ok() && router.at(&path).is_ok() {
            allowed.extend(methods.iter().cloned());
        }
    }
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() { Found::Nothing } else { Found::WrongMethod(allowed) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::*;
    use crate::trigger::Reply;

    fn function(name: &str, methods: &[&str], path: &str) -> Function {
        let methods = methods.iter().map(|m| (*m).to_owned()).collect();
        Function {
            name: name.into(),
            trigger: TriggerSpec::Http { methods, path: path.to_owned(), public: false },
            run: Arc::new(|_, _| async { Ok(Reply::Done) }.boxed()),
        }
    }

    fn found(functions: &[Function], method: &str, path: &str) -> String {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        match route(functions, &method, path, str::to_owned) {
            Found::Function(function) => function.name.to_string(),
            Found::WrongMethod(allowed) => allowed.join(","),
            Found::Nothing => "-".to_owned(),
            Found::Unclear(why) => format!("unclear: {why}"),
        }
    }

    #[test]
    fn the_most_literal_path_that_takes_the_method_wins() {
        let all = [
            function("rest", &[], "/{*rest}"),
            function("one", &["GET"], "/items/{id}"),
            function("new", &["POST"], "/items/new"),
        ];
        assert_eq!(found(&all, "GET", "/items/7"), "one");
        assert_eq!(found(&all, "POST", "/items/new"), "new");
        assert_eq!(found(&all, "GET", "/items/new"), "one");
        assert_eq!(found(&all, "POST", "/items/7"), "rest");
        assert_eq!(found(&all, "GET", "/else/where"), "rest");
        assert_eq!(found(&all, "GET", "/"), "-");
    }

    #[test]
    fn a_wrong_method_is_told_which_are_right_and_a_wrong_path_is_not() {
        let all = [
            function("one", &["GET", "HEAD"], "/items/{id}"),
            function("two", &["POST"], "/items/new"),
        ];
        assert_eq!(found(&all, "PUT", "/items/new"), "GET,HEAD,POST");
        assert_eq!(found(&all, "GET", "/other"), "-");
        assert_eq!(found(&[], "GET", "/"), "-");
    }

    #[test]
    fn where_paths_cannot_be_told_apart_nothing_runs() {
        let all = [function("private", &[], "/x/{*rest}"), function("public", &["GET"], "/x/{id}")];
        assert!(found(&all, "GET", "/x/1").starts_with("unclear: function `public`"));
        assert_eq!(found(&all, "POST", "/x/1"), "private");
    }
}
