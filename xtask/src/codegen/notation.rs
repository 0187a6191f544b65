//! The notation of `messages/**.msg`: what a parsed file is, and the parser.

use std::path::Path;

/// Inclusive range of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) low: i16,
    pub(super) high: i16,
}

/// Type of a field, or of the elements of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    Bool,
    Int8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Int64,
    Float64,
    Uuid,
    String,
    Bytes,
    Records,
    Struct(String),
}

/// One field; `versions` and `nullable` are clipped to the versions of its struct.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) base: Base,
    pub(super) array: bool,
    pub(super) versions: Versions,
    pub(super) nullable: Option<Versions>,
    pub(super) tag: Option<u32>,
    pub(super) ignorable: bool,
    pub(super) default: Option<String>,
}

/// A struct and the versions in which it can occur.
#[derive(Debug, Clone)]
pub(super) struct Struct {
    pub(super) name: String,
    pub(super) versions: Versions,
    pub(super) fields: Vec<Field>,
}

/// What a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Response,
    /// A stored record, with the family whose keys it belongs to.
    Record(String),
    /// A stored structure that no key names.
    Data,
}

/// A request, response or stored record: its own struct first, then those inside it.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) kind: Kind,
    pub(super) key: i16,
    pub(super) name: String,
    pub(super) versions: Versions,
    pub(super) flexible_from: Option<i16>,
    pub(super) structs: Vec<Struct>,
}

/// What the `api` lines of a file say.
#[derive(Debug, Clone)]
pub(super) struct Api {
    pub(super) name: String,
    pub(super) key: i16,
    pub(super) on_broker: bool,
    pub(super) on_controller: bool,
    pub(super) advertise: Option<Versions>,
    pub(super) latest_unstable: bool,
}

/// One `.msg` file.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) module: String,
    pub(super) header: Vec<String>,
    pub(super) api: Option<Api>,
    pub(super) messages: Vec<Message>,
}

impl Versions {
    /// Whether `self` holds every version of `other`.
    pub(super) fn covers(self, other: Self) -> bool {
        self.low <= other.low && self.high >= other.high
    }

    fn parse(text: &str, outer: Self) -> Result<Self, String> {
        let number =
            |t: &str| t.parse::<i16>().map_err(|_| format!("`{text}` is no version range"));
        let range = match (text.strip_suffix('+'), text.split_once('-')) {
            (Some(low), _) => Self { low: number(low)?, high: outer.high },
            (None, Some((low, high))) => Self { low: number(low)?, high: number(high)? },
            (None, None) => Self { low: number(text)?, high: number(text)? },
        };
        if range.low > range.high || !outer.covers(range) {
            return Err(format!("versions {text} reach out of {}-{}", outer.low, outer.high));
        }
        Ok(range)
    }
}

impl Message {
    /// The struct of this name; the parser has made sure that it is there.
    pub(super) fn find(&self, name: &str) -> &Struct {
        let found = self.structs.iter().find(|s| s.name == name);
        found.unwrap_or_else(|| panic!("{}: no struct {name}", self.name))
    }
}

/// Parses the text of a file; errors begin with the line's number.
pub(super) fn parse(path: &Path, text: &str) -> Result<File, String> {
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    let numbered = stem.split_once('_').filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()));
    let module = numbered.map_or(stem, |(_, name)| name).to_owned();
    let mut parser = Parser {
        file: File { module, header: Vec::new(), api: None, messages: Vec::new() },
        open: Vec::new(),
    };
    for (index, line) in text.lines().enumerate() {
        parser.line(line).map_err(|e| format!("{}: {e}", index + 1))?;
    }
    for message in &mut parser.file.messages {
        settle_structs(message).map_err(|e| format!("{}: {e}", message.name))?;
    }
    Ok(parser.file)
}

struct Parser {
    file: File,
    /// Struct open at each depth: its index in the last message.
    open: Vec<usize>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let depth = (line.len() - line.trim_start().len()) / 2;
        match words.as_slice() {
            [] => Ok(()),
            ["#", ..] => {
                let text = line.trim_start_matches('#').trim().to_owned();
                self.file.header.push(text);
                Ok(())
            }
            words if depth > 0 => self.field(depth, words),
            ["api", name, key, "on", listeners @ ..] => {
                self.file.api = Some(Api {
                    name: (*name).to_owned(),
                    key: key.parse().map_err(|_| format!("key {key}"))?,
                    on_broker: listeners.contains(&"broker"),
                    on_controller: listeners.contains(&"controller"),
                    advertise: None,
                    latest_unstable: false,
                });
                Ok(())
            }
            ["advertise", range] => {
                let range = Versions::parse(range, ALL)?;
                self.api()?.advertise = Some(range);
                Ok(())
            }
            ["latest", "unstable"] => {
                self.api()?.latest_unstable = true;
                Ok(())
            }
            ["request", rest @ ..] => self.half(Kind::Request, "Request", rest),
            ["response", rest @ ..] => self.half(Kind::Response, "Response", rest),
            ["record", family, key, name, rest @ ..] => {
                let key = key.parse().map_err(|_| format!("key {key}"))?;
                self.message(Kind::Record((*family).to_owned()), key, (*name).to_owned(), rest)
            }
            ["data", name, rest @ ..] => self.message(Kind::Data, -1, (*name).to_owned(), rest),
            ["struct", name, rest @ ..] => self.shared(name, rest),
            _ => Err(format!("cannot read `{line}`")),
        }
    }

    fn api(&mut self) -> Result<&mut Api, String> {
        self.file.api.as_mut().ok_or_else(|| "needs an `api` line above it".to_owned())
    }

    fn half(&mut self, kind: Kind, suffix: &str, rest: &[&str]) -> Result<(), String> {
        let api = self.api()?;
        let (key, name) = (api.key, format!("{}{suffix}", api.name));
        self.message(kind, key, name, rest)
    }

    fn message(&mut self, kind: Kind, key: i16, name: String, rest: &[&str]) -> Result<(), String> {
        let (versions, flexible_from) = match rest {
            [range] => (Versions::parse(range, ALL)?, None),
            [range, "flexible", from] => {
                let range = Versions::parse(range, ALL)?;
                (range, Some(Versions::parse(from, ALL)?.low))
            }
            _ => return Err("a message has versions, and perhaps `flexible N+`".to_owned()),
        };
        let top = Struct { name: name.clone(), versions, fields: Vec::new() };
        let structs = vec![top];
        self.file.messages.push(Message { kind, key, name, versions, flexible_from, structs });
        self.open = vec![0];
        Ok(())
    }

    fn shared(&mut self, name: &str, rest: &[&str]) -> Result<(), String> {
        let message = self.file.messages.last_mut().ok_or("a struct follows its message")?;
        let versions = match rest {
            [] => message.versions,
            [range] => Versions::parse(range, message.versions)?,
            _ => return Err("a struct has a name and perhaps versions".to_owned()),
        };
        message.structs.push(Struct { name: name.to_owned(), versions, fields: Vec::new() });
        self.open = vec![message.structs.len() - 1];
        Ok(())
    }

    fn field(&mut self, depth: usize, words: &[&str]) -> Result<(), String> {
        let message = self.file.messages.last_mut().ok_or("a field follows its message")?;
        if depth > self.open.len() {
            return Err("indented too deep".to_owned());
        }
        self.open.truncate(depth);
        let owner = self.open[depth - 1];
        let field = parse_field(words, message.structs[owner].versions)?;
        if let Base::Struct(name) = &field.base {
            // Its fields may follow, one step deeper; a struct shared by several fields is
            // described under a `struct` line instead.
            let inner = Struct { name: name.clone(), versions: field.versions, fields: Vec::new() };
            message.structs.push(inner);
            self.open.push(message.structs.len() - 1);
        }
        message.structs[owner].fields.push(field);
        Ok(())
    }
}

const ALL: Versions = Versions { low: 0, high: i16::MAX };

fn parse_field(words: &[&str], outer: Versions) -> Result<Field, String> {
    let [name, kind, rest @ ..] = words else {
        return Err("a field has a name and a type".to_owned());
    };
    let (kind, nullable) = kind.strip_suffix('?').map_or((*kind, false), |k| (k, true));
    let (kind, array) = kind.strip_prefix("[]").map_or((kind, false), |k| (k, true));
    let mut field = Field {
        name: (*name).to_owned(),
        base: parse_base(kind)?,
        array,
        versions: outer,
        nullable: None,
        tag: None,
        ignorable: false,
        default: None,
    };
    let mut rest = rest;
    if let [range, after @ ..] = rest
        && range.starts_with(|c: char| c.is_ascii_digit())
    {
        field.versions = Versions::parse(range, outer)?;
        rest = after;
    }
    if nullable {
        field.nullable = Some(field.versions);
    }
    loop {
        rest = match rest {
            [] => return Ok(field),
            ["nullable", range, after @ ..] => {
                field.nullable = Some(Versions::parse(range, field.versions)?);
                after
            }
            ["tag", number, after @ ..] => {
                field.tag = Some(number.parse().map_err(|_| format!("tag {number}"))?);
                after
            }
            ["ignorable", after @ ..] => {
                field.ignorable = true;
                after
            }
            ["=", value, after @ ..] => {
                field.default = Some((*value).to_owned());
                after
            }
            [word, ..] => return Err(format!("`{word}` says nothing about a field")),
        };
    }
}

fn parse_base(text: &str) -> Result<Base, String> {
    Ok(match text {
        "bool" => Base::Bool,
        "int8" => Base::Int8,
        "int16" => Base::Int16,
        "uint16" => Base::Uint16,
        "int32" => Base::Int32,
        "uint32" => Base::Uint32,
        "int64" => Base::Int64,
        "float64" => Base::Float64,
        "uuid" => Base::Uuid,
        "string" => Base::String,
        "bytes" => Base::Bytes,
        "records" => Base::Records,
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => Base::Struct(name.to_owned()),
        _ => return Err(format!("unknown type `{text}`")),
    })
}

/// Drops the places held for structs that a `struct` line describes, then checks what is left.
fn settle_structs(message: &mut Message) -> Result<(), String> {
    let described: Vec<String> =
        message.structs.iter().filter(|s| !s.fields.is_empty()).map(|s| s.name.clone()).collect();
    let top = message.name.clone();
    message.structs.retain(|s| !s.fields.is_empty() || s.name == top);
    for one in &message.structs {
        if described.iter().filter(|name| **name == one.name).count() > 1 {
            return Err(format!("{} is described twice", one.name));
        }
        for field in &one.fields {
            if let Base::Struct(name) = &field.base
                && !described.contains(name)
            {
                return Err(format!("{name} is not described"));
            }
            if field.base == Base::Records && (field.tag.is_some() || field.array) {
                return Err(format!("{}: records are neither tagged nor in arrays", field.name));
            }
        }
    }
    Ok(())
}
