//! Rows for people, programs and spreadsheets: an aligned table, JSON, or CSV (RFC 4180).

use clap::ValueEnum;
use serde_json::Value;

use crate::console::Console;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// An array of objects
    Json,
    /// A line of names, then a line a row
    Csv,
}

/// Rows under names. JSON keeps a cell's type; the others print it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

/// Spaces between two columns.
const GAP: usize = 2;
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

impl Table {
    /// No rows yet. Names are those of JSON's fields; a table shows them in capitals.
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, a cell a column.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Value>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Prints all of it.
    pub(crate) fn print(&self, format: Format, console: &mut Console) {
        match format {
            Format::Table => self.print_aligned(console),
            Format::Json => console.line(self.json()),
            Format::Csv => self.print_csv(console),
        }
    }

    fn json(&self) -> String {
        let object = |row: &Vec<Value>| {
            let fields = self.columns.iter().zip(row);
            let fields: Vec<String> =
                fields.map(|(name, cell)| format!("    {}: {cell}", Value::from(*name))).collect();
            format!("  {{\n{}\n  }}", fields.join(",\n"))
        };
        if self.rows.is_empty() {
            return "[]".to_owned();
        }
        let rows: Vec<String> = self.rows.iter().map(object).collect();
        format!("[\n{}\n]", rows.join(",\n"))
    }

    fn print_csv(&self, console: &mut Console) {
        console.line(self.columns.join(","));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| quoted(&shown(cell, ""))).collect();
            console.line(cells.join(","));
        }
    }

    fn print_aligned(&self, console: &mut Console) {
        let head: Vec<String> =
            self.columns.iter().map(|name| name.to_uppercase().replace('_', "-")).collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| shown(cell, "-")).collect()).collect();
        let width = |at: usize| {
            let cells = rows.iter().chain([&head]).filter_map(|row| row.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let is_number = |at: usize| {
            let cells = || self.rows.iter().filter_map(|row| row.get(at));
            cells().any(Value::is_number) && cells().all(|cell| cell.is_number() || cell.is_null())
        };
        let numbers: Vec<bool> = (0..head.len()).map(is_number).collect();
        let (bold, plain) = if console.has_colours() { (BOLD, PLAIN) } else { ("", "") };
        console.line(format_args!("{bold}{}{plain}", aligned(&head, &widths, &numbers)));
        for row in &rows {
            console.line(aligned(row, &widths, &numbers));
        }
    }
}

fn aligned(cells: &[String], widths: &[usize], numbers: &[bool]) -> String {
    let mut line = String::new();
    for ((cell, width), number) in cells.iter().zip(widths).zip(numbers) {
        let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
        let (before, after) = if *number { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        line.push_str(before);
        line.push_str(cell);
        line.push_str(after);
        line.push_str(&" ".repeat(GAP));
    }
    line.trim_end().to_owned()
}

/// A cell as text; `nothing` stands for null.
fn shown(cell: &Value, nothing: &str) -> String {
    match cell {
        Value::Null => nothing.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(cells) => {
            let cells: Vec<String> = cells.iter().map(|cell| shown(cell, nothing)).collect();
            cells.join(",")
        }
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn csv_quotes_what_would_split_a_line() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    #[test]
    fn numbers_stand_right_and_names_left() {
        let cells = ["a".to_owned(), "7".to_owned(), "x".to_owned()];
        assert_eq!(aligned(&cells, &[3, 4, 1], &[false, true, false]), "a       7  x");
    }

    #[test]
    fn json_keeps_types_and_the_order_of_columns() {
        let mut table = Table::new(&["name", "count"]);
        table.row([json!("a"), json!(3)]);
        assert_eq!(table.json(), "[\n  {\n    \"name\": \"a\",\n    \"count\": 3\n  }\n]");
    }
}
