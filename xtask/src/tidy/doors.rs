//! What only `ottla-io` may do: leave an order of events to chance, and be `unsafe`.

use super::Finding;
use super::house::House;
use super::mask::{find_word, line_of};

/// Files outside `ottla-io` that may be `unsafe`.
const UNSAFE: [(&str, &str); 1] =
    [("crates/record/tests/it/hostile.rs", "an allocator that counts, which nothing ships")];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in house.sources.iter().filter(|s| s.crate_folder() != Some("io")) {
        let mut add = |at: usize, what: &str| {
            found.push(Finding::new(&source.path, line_of(&source.code, at), what));
        };
        for at in find_word(&source.code, "select!") {
            let mut arms = source.code[at..].split(['{', '(']).skip(1);
            if !arms.next().is_some_and(|arms| arms.trim_start().starts_with("biased;")) {
                add(at, "`select!` picks its arm by chance: begin it with `biased;`");
            }
        }
        let excused = UNSAFE.iter().any(|(path, _)| *path == source.path);
        let mut places = find_word(&source.code, "unsafe").peekable();
        if excused && places.peek().is_none() {
            add(
                0,
                "is excused for `unsafe` and has none: take it out of UNSAFE in xtask/src/tidy/doors.rs",
            );
        }
        for at in places.filter(|_| !excused) {
            add(at, "`unsafe` outside ottla-io: find a safe way, or give ottla-io a door for it");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::check;

    #[test]
    fn every_select_is_biased() {
        let fair = "a;\ntokio::select! {\n // why\n x = y => {}\n}";
        let biased = "tokio::select! {\n // why\n biased;\n x = y => {}\n}";
        expect(
            check,
            &[
                ("crates/broker/src/a.rs", fair),
                ("crates/broker/src/b.rs", biased),
                ("crates/io/src/c.rs", fair),
            ],
            &[
                "crates/broker/src/a.rs:2: `select!` picks its arm by chance: begin it with `biased;`",
            ],
        );
    }

    #[test]
    fn unsafe_lives_in_io() {
        let text =
            "//! unsafe\nfn f() { unsafe { g() } }\n#[allow(unsafe_code, reason = \"unsafe\")]";
        expect(
            check,
            &[("crates/io/src/a.rs", text), ("crates/log/src/a.rs", text)],
            &[
                "crates/log/src/a.rs:2: `unsafe` outside ottla-io: find a safe way, or give ottla-io a door for it",
            ],
        );
        expect(
            check,
            &[("crates/record/tests/it/hostile.rs", "//! x")],
            &[
                "crates/record/tests/it/hostile.rs:1: is excused for `unsafe` and has none: take it out of UNSAFE \
               in xtask/src/tidy/doors.rs",
            ],
        );
    }
}
