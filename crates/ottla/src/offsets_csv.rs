//! Offsets of groups as lines of CSV, as `kafka-consumer-groups.sh --export` writes and `--from-file`
//! reads them: `topic,partition,offset`, with the group in front when there are several. Pure.

use ottla_client::TopicPartition;

/// A text is quoted if it has a letter before this one (observed of Kafka 4.3.1): blanks and commas, but
/// not the letters that names of topics have.
const SAFE_FROM: char = '-';
/// And if it is longer than this, in UTF-16 units (observed), whatever is in it.
const PLAIN_UNITS_MAX: usize = 24;
/// Names of columns; a line of these is passed over.
const HEADS: [&[&str]; 2] =
    [&["topic", "partition", "offset"], &["group", "topic", "partition", "offset"]];

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// `None` in lines of three columns.
    pub(crate) group: Option<String>,
    pub(crate) partition: TopicPartition,
    pub(crate) offset: i64,
}

/// The line of an offset, without its end.
pub(crate) fn line(group: Option<&str>, partition: &TopicPartition, offset: i64) -> String {
    let group = group.map(|group| format!("{},", quoted(group))).unwrap_or_default();
    format!("{group}{},{},{offset}", quoted(&partition.topic), partition.partition)
}

fn quoted(text: &str) -> String {
    let is_plain = text.chars().all(|letter| letter >= SAFE_FROM)
        && text.encode_utf16().count() <= PLAIN_UNITS_MAX;
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// Reads lines.
///
/// # Errors
/// The first line that is none.
pub(crate) fn parse(text: &str) -> Result<Vec<Row>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut rows = Vec::new();
    for line in lines {
        let cells = cells(line);
        let words: Vec<&str> = cells.iter().map(String::as_str).collect();
        if HEADS.contains(&words.as_slice()) {
            continue;
        }
        let (group, topic, index, offset) = match words.as_slice() {
            [topic, index, offset] => (None, topic, index, offset),
            [group, topic, index, offset] => (Some((*group).to_owned()), topic, index, offset),
            _ => return Err(line.to_owned()),
        };
        let (Ok(index), Ok(offset)) = (index.parse::<i32>(), offset.parse::<i64>()) else {
            return Err(line.to_owned());
        };
        rows.push(Row { group, partition: TopicPartition::new(*topic, index), offset });
    }
    Ok(rows)
}

/// The cells of a line; what stands in quotes may have commas, and quotes twice.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            other => cell.push(other),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_the_tool_quotes_them() {
        for (group, topic, expected) in [
            (None, "orders", "orders,3,7"),
            (Some("billing"), "read-a", "billing,read-a,3,7"),
            (Some("a b"), "orders", "\"a b\",orders,3,7"),
            (Some("x,\"y"), "orders", "\"x,\"\"y\",orders,3,7"),
            (None, "a-name-of-25-letters-a-to", "\"a-name-of-25-letters-a-to\",3,7"),
            (None, "a-name-of-24-letters-a-t", "a-name-of-24-letters-a-t,3,7"),
        ] {
            let partition = TopicPartition::new(topic, 3);
            let written = line(group, &partition, 7);
            assert_eq!(written, expected);
            let group = group.map(str::to_owned);
            assert_eq!(parse(&written), Ok(vec![Row { group, partition, offset: 7 }]));
        }
    }

    #[test]
    fn blank_lines_and_names_of_columns_are_passed_over() {
        let rows = parse("topic,partition,offset\n\n orders , 0 , 4 \n").unwrap();
        let partition = TopicPartition::new("orders", 0);
        assert_eq!(rows, [Row { group: None, partition, offset: 4 }]);
        for line in ["orders,0", "orders,zero,4", "g,orders,0,4,5"] {
            assert_eq!(parse(line), Err(line.to_owned()));
        }
    }
}
