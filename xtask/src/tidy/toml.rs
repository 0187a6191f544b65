//! As much of TOML as our manifests use: tables, and one `key = value` a line.

/// A manifest's lines, each with the table it stands in.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    table: String,
    key: String,
    value: String,
}

/// When a dependency is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In what ships, or while it is built.
    Normal,
    /// In tests, examples and benches only.
    Dev,
}

impl Manifest {
    pub(super) fn parse(text: &str) -> Manifest {
        let (mut table, mut entries) = (String::new(), Vec::new());
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                table = name.trim_matches(['[', ']', ' ']).to_owned();
                // `[dependencies.ottla-x]` names a dependency without a line of its own.
                if let Some((parent, key)) =
                    table.rsplit_once('.').filter(|(p, _)| p.ends_with("dependencies"))
                {
                    entries.push(Entry {
                        table: parent.to_owned(),
                        key: key.to_owned(),
                        value: String::new(),
                    });
                }
            } else if let Some((key, value)) = line.split_once('=') {
                let value = value.trim().trim_matches('"').to_owned();
                entries.push(Entry { table: table.clone(), key: key.trim().to_owned(), value });
            }
        }
        Manifest { entries }
    }

    /// The value of `key` in `[table]`, without quotes.
    pub(super) fn get(&self, table: &str, key: &str) -> Option<&str> {
        let found = self.entries.iter().find(|entry| entry.table == table && entry.key == key);
        found.map(|entry| entry.value.as_str())
    }

    /// The packages it depends on, also per target and while building.
    pub(super) fn dependencies(&self) -> Vec<(&str, Kind)> {
        let kind_of = |table: &str| match table.rsplit('.').next() {
            Some("dependencies" | "build-dependencies") => Some(Kind::Normal),
            Some("dev-dependencies") => Some(Kind::Dev),
            _ => None,
        };
        let name = |entry: &'_ Entry| entry.key.split('.').next().map_or(0, str::len);
        let all = self.entries.iter();
        all.filter_map(|entry| Some((&entry.key[..name(entry)], kind_of(&entry.table)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_dependencies_of_every_spelling() {
        let manifest = Manifest::parse(
            "[package]\nname = \"ottla-x\"\n# name = \"no\"\n[dependencies]\na = { workspace = true }\n\
             b.workspace = true\n[dev-dependencies]\nc = \"1\"\n[build-dependencies]\nd = \"1\"\n\
             [target.'cfg(unix)'.dependencies]\ne = \"1\"\n[dependencies.f]\nversion = \"1\"\n",
        );
        assert_eq!(manifest.get("package", "name"), Some("ottla-x"));
        assert_eq!(manifest.get("package", "description"), None);
        let (normal, dev) = (Kind::Normal, Kind::Dev);
        let want =
            [("a", normal), ("b", normal), ("c", dev), ("d", normal), ("e", normal), ("f", normal)];
        assert_eq!(manifest.dependencies(), want);
    }
}
