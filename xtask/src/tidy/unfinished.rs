//! Nothing is left for later in the sources.

use super::Finding;
use super::house::House;
use super::mask::{find_word, line_of};

/// Words of a comment that put something off.
const NOTES: [&str; 3] = ["TODO", "FIXME", "XXX"];
/// Macros that stand for code to come, or were left from a search for a bug.
const MACROS: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &house.sources {
        let notes = NOTES.iter().map(|word| (word, &source.comments, "do it, or open an issue"));
        let macros = MACROS.iter().map(|word| (word, &source.code, "write what belongs there"));
        for (word, text, instead) in notes.chain(macros) {
            for at in find_word(text, word) {
                found.push(Finding::new(
                    &source.path,
                    line_of(text, at),
                    format!("`{word}`: {instead}"),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::check;

    #[test]
    fn nothing_is_put_off() {
        expect(
            check,
            &[("a.rs", "// TODO: later\nfn f() { todo!() }\nlet x = dbg!(y);")],
            &[
                "a.rs:1: `TODO`: do it, or open an issue",
                "a.rs:2: `todo!`: write what belongs there",
                "a.rs:3: `dbg!`: write what belongs there",
            ],
        );
    }

    #[test]
    fn text_and_longer_names_are_fine() {
        expect(check, &[("a.rs", "// XXXL\nlet s = \"TODO todo!\"; METHODOLOGY; TODO;")], &[]);
    }
}
