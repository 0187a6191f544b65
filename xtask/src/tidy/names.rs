//! Names that tell a reader where he is: no drawers for everything, one verb for one request.

use super::Complaint;
use super::tree::Tree;

/// Names under which anything could stand.
const DRAWERS: &[&str] = &["utils", "util", "common", "misc", "helpers", "helper", "impls"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut all = Vec::new();
    for (path, text) in tree.files() {
        let parts = path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        for drawer in parts.filter(|part| DRAWERS.contains(part)) {
            all.push(Complaint::new(
                path,
                0,
                format!("`{drawer}` says nothing: name what is inside"),
            ));
        }
        if let Some(verb) = handler(path, text)
            && !has_message(tree, verb)
        {
            let what = format!("serves a request, but crates/wire/messages has no NN_{verb}.msg");
            all.push(Complaint::new(path, 0, what));
        }
    }
    all
}

/// The verb of a file that serves one API key: `crates/broker/src/api/<verb>.rs`, or its folder.
fn handler<'a>(path: &'a str, text: &str) -> Option<&'a str> {
    let name = path.strip_prefix("crates/broker/src/api/")?.strip_suffix(".rs")?;
    let name = name.strip_suffix("/mod").unwrap_or(name);
    (name != "mod" && !name.contains('/') && text.contains("fn serve(")).then_some(name)
}

fn has_message(tree: &Tree, verb: &str) -> bool {
    tree.files().any(|(path, _)| {
        let name =
            path.strip_prefix("crates/wire/messages/").and_then(|name| name.strip_suffix(".msg"));
        name.and_then(|name| name.split_once('_')).is_some_and(|(_, rest)| rest == verb)
    })
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    #[test]
    fn drawers_are_not_names() {
        let said = said(
            check,
            &[
                ("crates/log/src/utils.rs", ""),
                ("crates/common/src/a.rs", ""),
                ("crates/log/src/commonly.rs", ""),
            ],
        );
        assert_eq!(said.len(), 2, "{said:?}");
    }

    #[test]
    fn a_handler_has_the_name_of_its_message() {
        let message = ("crates/wire/messages/00_produce.msg", "");
        let serve = "pub(crate) async fn serve(node: &Node) {}";
        assert_eq!(said(check, &[message, ("crates/broker/src/api/produce.rs", serve)]), [""; 0]);
        assert_eq!(
            said(check, &[message, ("crates/broker/src/api/produce/mod.rs", serve)]),
            [""; 0]
        );
        assert_eq!(
            said(check, &[message, ("crates/broker/src/api/rights.rs", "fn other() {}")]),
            [""; 0]
        );
        assert_eq!(said(check, &[message, ("crates/broker/src/api/publish.rs", serve)]).len(), 1);
    }
}
