//! Scripts: what happens, and below it, indented, what that leads to. The folder says what is tried.

mod lanes;
mod members;
mod reading;
mod words;

/// Runs the commands of a script and compares it with what it says.
fn check(
    script: &str,
    mut run: impl FnMut(&str, &[&str]) -> alloc::vec::Vec<alloc::string::String>,
) {
    let mut out = alloc::string::String::new();
    for line in script.lines().filter(|line| !line.starts_with("  ")) {
        out.push_str(line);
        out.push('\n');
        let mut words = line.split_whitespace();
        let Some(verb) = words.next().filter(|verb| !verb.starts_with('#')) else { continue };
        for said in run(verb, &words.collect::<alloc::vec::Vec<_>>()) {
            out.push_str("  ");
            out.push_str(&said);
            out.push('\n');
        }
    }
    let (out, script) = (out.trim_end(), script.trim_end());
    assert!(out == script, "what came out:\n{out}\nwhat came out ends");
}
