//! The flags of `kafka.admin.ConfigCommand`, and which of them go together.

use ottla_client::admin::ConfigResourceType;

use super::super::options::{Ending, Flag, Given, flag, parse, value};

pub(super) const ABOUT: &str =
    "This tool describes and changes settings of topics, brokers, groups and client metrics.";
pub(super) const FLAGS: &[Flag] = &[
    value("add-config", "settings to set: k1=v1,k2=[a,b]"),
    value("add-config-file", "properties file with settings to set"),
    flag("all", "describe every setting, not only those set at run time"),
    flag("alter", "change settings"),
    value("bootstrap-controller", "controllers to begin with, host:port,.."),
    value("bootstrap-server", "brokers to begin with, host:port,.."),
    value("broker", "the number of a broker"),
    flag("broker-defaults", "what holds for every broker"),
    value("broker-logger", "the number of a broker, for the levels of its loggers"),
    value("client", ""),
    flag("client-defaults", ""),
    value("client-metrics", "the name of a client metrics subscription"),
    value("command-config", "file of client settings"),
    value("delete-config", "settings to take away: k1,k2"),
    flag("describe", "print settings"),
    flag("entity-default", "what holds for everything of the type"),
    value("entity-name", "the name, of the type before it"),
    value("entity-type", "topics, brokers, broker-loggers, client-metrics or groups"),
    flag("force", ""),
    value("group", "the id of a group"),
    flag("help", "print this"),
    value("ip", ""),
    flag("ip-defaults", ""),
    value("topic", "the name of a topic"),
    value("user", ""),
    flag("user-defaults", ""),
    flag("version", "print the version"),
    value("zk-tls-config-file", ""),
    value("zookeeper", ""),
];

/// Short flags with a name, and those for defaults, with the type they stand for; in the tool's order.
const NAMED: [(&str, &str); 8] = [
    ("topic", "topics"),
    ("client", "clients"),
    ("user", "users"),
    ("broker", "brokers"),
    ("broker-logger", "broker-loggers"),
    ("ip", "ips"),
    ("client-metrics", "client-metrics"),
    ("group", "groups"),
];
const DEFAULTS: [(&str, &str); 4] = [
    ("client-defaults", "clients"),
    ("user-defaults", "users"),
    ("broker-defaults", "brokers"),
    ("ip-defaults", "ips"),
];
const TYPES: &str = "topics, clients, users, brokers, ips, client-metrics, groups, broker-loggers";

/// What the tool is to do.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) given: Given,
    pub(super) bootstrap: String,
    /// `topics`, `brokers`, ...
    pub(super) kind_name: String,
    pub(super) kind: ConfigResourceType,
    /// None means all; the empty name stands for what holds for all.
    pub(super) name: Option<String>,
}

impl Asked {
    pub(super) fn read(line: &[String]) -> Result<Self, Ending> {
        let given = parse(FLAGS, line)?;
        given.help_or_version(line)?;
        if given.has("alter") == given.has("describe") {
            return Err(Ending::Usage(
                "Command must include exactly one action: --describe, --alter".to_owned(),
            ));
        }
        given.forbid("describe", &["alter", "add-config", "delete-config"])?;
        let types = types(&given);
        let names = names(&given)?;
        check_types(&given, &types)?;
        let bootstrap = bootstrap(&given)?;
        check_names(&given, &types, &names)?;
        if given.has("alter") {
            check_alter(&given, &types, &names)?;
        }
        let kind_name = types.first().cloned().unwrap_or_default();
        let Some(kind) = resource(&kind_name) else {
            return Err(Ending::Thrown(format!(
                "Settings of {kind_name} cannot be asked for or changed by this tool yet"
            )));
        };
        Ok(Self { given, bootstrap, kind_name, kind, name: names.into_iter().next() })
    }

    /// Settings to set.
    pub(super) fn additions(&self) -> Result<Vec<(String, String)>, Ending> {
        let mut pairs: Vec<(String, String)> = match self.given.one("add-config-file")? {
            Some(path) => super::super::connection::file(path)?.into_iter().collect(),
            None => Vec::new(),
        };
        if let Some(text) = self.given.one("add-config")? {
            pairs.extend(read_pairs(text)?);
        }
        let is_key =
            |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        match pairs.iter().find(|(key, _)| !is_key(key)) {
            Some((key, _)) => {
                Err(Ending::Thrown(format!("Invalid character found for config key: {key}")))
            }
            None => Ok(pairs),
        }
    }

    /// Settings to take away.
    pub(super) fn deletions(&self) -> Vec<String> {
        let texts = self.given.all("delete-config").iter();
        texts.flat_map(|text| text.split(',').map(|name| name.trim().to_owned())).collect()
    }
}

/// `k1=v1,k2=[a,b]`: commas within brackets belong to the value.
fn read_pairs(text: &str) -> Result<Vec<(String, String)>, Ending> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(String::new());
                continue;
            }
            other => parts.last_mut().into_iter().for_each(|part| part.push(other)),
        }
    }
    let pair = |part: &String| {
        let mut halves = part.split('=');
        match (halves.next(), halves.next(), halves.next()) {
            (Some(key), Some(value), None) => Ok((key.trim().to_owned(), value.trim().to_owned())),
            _ => Err(Ending::Thrown(
                "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\".".to_owned(),
            )),
        }
    };
    parts.iter().map(pair).collect()
}

fn types(given: &Given) -> Vec<String> {
    let flags = NAMED.iter().chain(&DEFAULTS).filter(|(flag, _)| given.has(flag));
    let short = flags.map(|(_, kind)| (*kind).to_owned());
    given.all("entity-type").iter().cloned().chain(short).collect()
}

fn names(given: &Given) -> Result<Vec<String>, Ending> {
    let mut names = Vec::new();
    for (flag, value) in &given.order {
        match *flag {
            "entity-name" => names.push(value.clone().unwrap_or_default()),
            "entity-default" => names.push(String::new()),
            _ => {}
        }
    }
    for (flag, _) in NAMED {
        names.extend(given.one(flag)?.map(str::to_owned));
    }
    names.extend(DEFAULTS.iter().filter(|(flag, _)| given.has(flag)).map(|_| String::new()));
    Ok(names)
}

fn check_types(given: &Given, types: &[String]) -> Result<(), Ending> {
    let thrown = |why: String| Err(Ending::Thrown(why));
    let twice =
        types.iter().enumerate().find(|(at, kind)| types.iter().take(*at).any(|one| one == *kind));
    if let Some((_, kind)) = twice {
        return thrown(format!("Duplicate entity type(s) specified: {kind}"));
    }
    if let Some(kind) = types.iter().find(|kind| !TYPES.split(", ").any(|known| known == *kind)) {
        return thrown(format!(
            "Invalid entity type {kind}, the entity type must be one of {TYPES} with a --bootstrap-server or --bootstrap-controller argument"
        ));
    }
    if types.is_empty() {
        return thrown("At least one entity type must be specified".to_owned());
    }
    if types.len() > 1 && !types.iter().all(|kind| kind == "users" || kind == "clients") {
        return thrown(
            "Only 'users' and 'clients' entity types may be specified together".to_owned(),
        );
    }
    let is_short = NAMED.iter().chain(&DEFAULTS).any(|(flag, _)| given.has(flag));
    if is_short
        && ["entity-name", "entity-type", "entity-default"].iter().any(|flag| given.has(flag))
    {
        return thrown("--entity-{type,name,default} should not be used in conjunction with specific entity flags".to_owned());
    }
    Ok(())
}

fn bootstrap(given: &Given) -> Result<String, Ending> {
    if given.has("zookeeper") {
        return Err(Ending::Thrown(super::super::connection::ZOOKEEPER.to_owned()));
    }
    match (given.one("bootstrap-server")?, given.one("bootstrap-controller")?) {
        (Some(_), Some(_)) => Err(Ending::Thrown(
            "Only one of --bootstrap-server or --bootstrap-controller can be specified".to_owned(),
        )),
        (Some(servers), None) | (None, Some(servers)) => Ok(servers.to_owned()),
        (None, None) => Err(Ending::Thrown(
            "One of the required --bootstrap-server or --bootstrap-controller arguments must be specified".to_owned(),
        )),
    }
}

fn check_names(given: &Given, types: &[String], names: &[String]) -> Result<(), Ending> {
    let kind = types.first().map(String::as_str).unwrap_or_default();
    let is_broker = matches!(kind, "brokers" | "broker-loggers");
    let no_number = |name: &&String| !name.is_empty() && name.parse::<i32>().is_err();
    if let Some(name) = names.iter().find(no_number).filter(|_| is_broker) {
        return Err(Ending::Thrown(format!(
            "The entity name for {kind} must be a valid integer broker id, but it is: {name}"
        )));
    }
    let has_name = names.iter().any(|name| !name.is_empty());
    if given.has("describe") {
        let has_defaults = matches!(kind, "users" | "clients" | "brokers" | "ips");
        if !has_defaults && given.has("entity-default") {
            return Err(Ending::Thrown(format!(
                "--entity-default must not be specified with --describe of {}",
                types.join(",")
            )));
        }
        if kind == "broker-loggers" && !has_name {
            return Err(Ending::Thrown(format!(
                "An entity name must be specified with --describe of {}",
                types.join(",")
            )));
        }
    }
    Ok(())
}

fn check_alter(given: &Given, types: &[String], names: &[String]) -> Result<(), Ending> {
    let kind = types.first().map(String::as_str).unwrap_or_default();
    let has_name = names.iter().any(|name| !name.is_empty());
    let has_default = names.iter().any(String::is_empty);
    let may_default = matches!(kind, "users" | "clients" | "brokers" | "ips");
    let why = if may_default && !has_name && !has_default {
        format!(
            "An entity-name or default entity must be specified with --alter of {}",
            types.join(",")
        )
    } else if !may_default && !has_name {
        format!("An entity name must be specified with --alter of {}", types.join(","))
    } else if given.has("add-config") && given.has("add-config-file") {
        "Only one of --add-config or --add-config-file must be specified".to_owned()
    } else if !["add-config", "add-config-file", "delete-config"].iter().any(|flag| given.has(flag))
    {
        "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter".to_owned()
    } else {
        return Ok(());
    };
    Err(Ending::Thrown(why))
}

fn resource(kind: &str) -> Option<ConfigResourceType> {
    Some(match kind {
        "topics" => ConfigResourceType::Topic,
        "brokers" => ConfigResourceType::Broker,
        "broker-loggers" => ConfigResourceType::BrokerLogger,
        "client-metrics" => ConfigResourceType::ClientMetrics,
        "groups" => ConfigResourceType::Group,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let shown = match Asked::read(&words) {
            Ok(asked) => format!("{} {:?} {:?}", asked.kind_name, asked.name, asked.deletions()),
            Err(Ending::Usage(why)) => format!("usage: {why}"),
            Err(Ending::Thrown(why)) => why,
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(shown, expected, "{line}");
    }

    #[test]
    fn what_is_meant_is_found_in_either_way_of_saying_it() {
        check("--bootstrap-server a --describe --topic t", "topics Some(\"t\") []");
        check(
            "--bootstrap-server a --describe --entity-type topics --entity-name t",
            "topics Some(\"t\") []",
        );
        check("--bootstrap-server a --describe --entity-type brokers", "brokers None []");
        check(
            "--bootstrap-server a --alter --broker-defaults --delete-config x,y",
            "brokers Some(\"\") [\"x\", \"y\"]",
        );
        check(
            "--bootstrap-server a --describe --entity-type brokers --entity-default",
            "brokers Some(\"\") []",
        );
        check(
            "--describe --topic t",
            "One of the required --bootstrap-server or --bootstrap-controller arguments must be specified",
        );
        check(
            "--bootstrap-server a --describe --broker x",
            "The entity name for brokers must be a valid integer broker id, but it is: x",
        );
        check(
            "--bootstrap-server a --alter --topic t",
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter",
        );
        check(
            "--bootstrap-server a",
            "usage: Command must include exactly one action: --describe, --alter",
        );
    }

    #[test]
    fn brackets_hold_a_list_together() {
        let pairs = read_pairs("a=1,b=[x,y] , c = 2").unwrap();
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x,y"), ("c", "2")]);
        assert!(read_pairs("a").is_err());
    }
}
