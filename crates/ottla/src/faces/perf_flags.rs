//! Flags of the performance tools, some of which take several words. Pure.

use super::options::{Ending, Flag, Given, parse};

/// Reads a line on which a flag of `many` has every word up to the next flag.
///
/// # Errors
/// As [`parse`]; the complaint has the tool's name in front.
pub(super) fn read(
    tool: &str,
    flags: &'static [Flag],
    many: &[&str],
    line: &[String],
) -> Result<Given, Ending> {
    let mut words = Vec::new();
    let mut current: Option<&String> = None;
    let mut is_first = false;
    for word in line {
        if word.starts_with("--") {
            let name = word.trim_start_matches('-');
            current = many.contains(&name).then_some(word);
            is_first = true;
        } else if let Some(flag) = current {
            if !is_first {
                words.push(flag.clone());
            }
            is_first = false;
        }
        words.push(word.clone());
    }
    parse(flags, &words).map_err(|ending| match ending {
        Ending::Thrown(why) => Ending::Usage(format!("{tool}: error: {why}")),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::super::options::value;
    use super::*;

    const FLAGS: &[Flag] = &[value("topic", ""), value("producer-props", "")];

    #[test]
    fn one_flag_has_several_words() {
        let words: Vec<String> =
            "--producer-props a=b c=d --topic t".split(' ').map(str::to_owned).collect();
        let given = read("x", FLAGS, &["producer-props"], &words).unwrap();
        assert_eq!(given.all("producer-props"), ["a=b", "c=d"]);
        assert_eq!(given.all("topic"), ["t"]);
        let wrong = read("x", FLAGS, &[], &["--no".to_owned()]).unwrap_err();
        assert_eq!(wrong, Ending::Usage("x: error: no is not a recognized option".to_owned()));
    }
}
