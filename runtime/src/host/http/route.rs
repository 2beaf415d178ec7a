//! Which HTTP function a request is for.
//!
//! Deals with: path and method over all HTTP functions of the app. Does not deal with: path
//! parameters (the trigger reads them), nor with who may call (the platform).

use std::collections::BTreeMap;

use ::http::Method;
use matchit::Router;

use crate::app::Function;
use crate::manifest::TriggerSpec;
use crate::trigger::http::takes;

/// What a path and a method lead to.
pub(super) enum Found<'a> {
    Function(&'a Function),
    /// The path is some function's, the method is none's; with the methods that are, sorted.
    WrongMethod(Vec<String>),
    Nothing,
    /// The paths cannot be told apart, so that which function may run is not known: none may.
    Unclear(&'a str),
}

/// All HTTP functions of an app, by method and path. Made once: a request is only looked up.
pub(in crate::host) struct Routes {
    /// The functions that take a method which some function names.
    named: BTreeMap<String, Tree>,
    /// Those that take any other.
    other: Tree,
    /// How paths and templates are written before they are compared.
    fold: fn(&str) -> String,
}

/// Where each function is among the app's; or why that is unclear.
type Tree = Result<Router<usize>, String>;

impl Routes {
    pub(in crate::host) fn new(functions: &[Function], fold: fn(&str) -> String) -> Self {
        let named = functions.iter().filter_map(methods).flatten();
        let named = named.map(|method| (method.clone(), tree(functions, method, fold))).collect();
        // A method that nobody names stands for all of those: only `any` takes it.
        Self { named, other: tree(functions, "*", fold), fold }
    }

    /// Finds the function for `method` and `path`: among those that take the method, text goes before a
    /// parameter and a parameter before the rest of a path.
    pub(super) fn find<'a>(
        &'a self,
        functions: &'a [Function],
        method: &Method,
        path: &str,
    ) -> Found<'a> {
        let path = (self.fold)(path);
        let tree = match self.named.get(method.as_str()).unwrap_or(&self.other) {
            Ok(tree) => tree,
            Err(why) => return Found::Unclear(why),
        };
        if let Some(function) = tree.at(&path).ok().and_then(|found| functions.get(*found.value)) {
            return Found::Function(function);
        }
        let takes = |tree: &Tree| tree.as_ref().is_ok_and(|tree| tree.at(&path).is_ok());
        let allowed = self.named.iter().filter(|(_, tree)| takes(tree));
        let allowed: Vec<String> = allowed.map(|(method, _)| method.clone()).collect();
        if allowed.is_empty() { Found::Nothing } else { Found::WrongMethod(allowed) }
    }
}

fn methods(function: &Function) -> Option<&[String]> {
    match &function.trigger {
        TriggerSpec::Http { methods, .. } => Some(methods),
        _ => None,
    }
}

fn tree(functions: &[Function], method: &str, fold: fn(&str) -> String) -> Tree {
    let mut tree = Router::new();
    for (at, function) in functions.iter().enumerate() {
        let TriggerSpec::Http { methods, path, .. } = &function.trigger else { continue };
        let template = fold(path);
        // A listing refuses these. Were one dropped here instead, a caller who was let in as one
        // function's could run another.
        if takes(methods, method)
            && let Err(fault) = tree.insert(template.as_str(), at)
        {
            return Err(format!("function `{}`: path `{template}`: {fault}", function.name));
        }
    }
    Ok(tree)
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
        match Routes::new(functions, str::to_owned).find(functions, &method, path) {
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
