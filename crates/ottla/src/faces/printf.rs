//! Columns as Java's `%-15s` makes them: padded, never cut.

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
