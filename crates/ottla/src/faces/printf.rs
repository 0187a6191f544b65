//! Columns as Java's `%-15s` makes them: padded, never cut.

use crate::console::Console;

/// `cells`, each padded to its width, with blanks between; a width of 0 pads nothing.
pub(super) fn columns(cells: &[&str], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if at > 0 {
            line.push(' ');
        }
        line.push_str(cell);
        let length = cell.encode_utf16().count();
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(length)));
    }
    line
}

/// The width of a column: at least `least`, and room for every cell.
pub(super) fn width<'a>(least: usize, cells: impl IntoIterator<Item = &'a str>) -> usize {
    cells.into_iter().map(|cell| cell.encode_utf16().count()).fold(least, usize::max)
}

/// A table as the newer tools print it: columns as wide as their widest cell, a tab behind each.
pub(super) fn print_table(head: &[&str], rows: &[Vec<String>], console: &mut Console) {
    let wide = |(at, name): (usize, &&str)| {
        width(name.len(), rows.iter().filter_map(|row| row.get(at)).map(String::as_str))
    };
    let widths: Vec<usize> = head.iter().enumerate().map(wide).collect();
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}\t"));
        padded.collect::<String>()
    };
    console.line(line(head));
    for row in rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        console.line(line(&cells));
    }
}
