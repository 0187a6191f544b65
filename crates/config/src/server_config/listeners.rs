//! Listeners, what is advertised, and who uses which. The rules are those of Apache Kafka 4.4.0,
//! except that a single node needs no controller listener.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{ProtocolMap, roles};
use crate::listener::{Endpoint, Listener, SecurityProtocol, parse_protocol_map};
use crate::resolve::{Problem, Resolved};

/// The listeners of a node.
pub(super) struct Listeners {
    pub(super) broker: Vec<Listener>,
    pub(super) controller: Vec<Listener>,
    pub(super) advertised: Vec<Endpoint>,
    pub(super) inter_broker_name: String,
}

/// Reads and checks them.
pub(super) fn read(resolved: &Resolved) -> Result<Listeners, Vec<Problem>> {
    let endpoints = endpoints(resolved, "listeners")?;
    check_distinct(resolved, &endpoints)?;
    let controller_names = controller_names(resolved);
    let map = protocol_map(resolved, &endpoints, &controller_names)?;
    let mut problems = Vec::new();
    let mut broker = Vec::new();
    let mut controller = Vec::new();
    for endpoint in endpoints {
        let Some(protocol) = map.get(&endpoint.name).copied() else {
            problems.push(unmapped(resolved, &endpoint.name));
            continue;
        };
        let is_controller = controller_names.contains(&endpoint.name);
        let Endpoint { name, host, port } = endpoint;
        let listener = Listener { name, host, port, protocol };
        if is_controller { controller.push(listener) } else { broker.push(listener) }
    }
    problems.extend(check_controller_names(resolved, &controller_names, &controller));
    if !problems.is_empty() {
        return Err(problems);
    }
    let advertised = advertised(resolved, &broker, &controller_names)?;
    let inter_broker_name = inter_broker_name(resolved, &map, &advertised)?;
    Ok(Listeners { broker, controller, advertised, inter_broker_name })
}

fn endpoints(resolved: &Resolved, name: &str) -> Result<Vec<Endpoint>, Vec<Problem>> {
    let value = resolved.value(name);
    let texts = value.as_list().unwrap_or_default();
    let mut problems = Vec::new();
    let mut endpoints = Vec::new();
    for text in texts {
        match Endpoint::parse(text) {
            Ok(endpoint) => endpoints.push(endpoint),
            Err(sentence) => problems.push(resolved.problem(name, sentence)),
        }
    }
    if problems.is_empty() { Ok(endpoints) } else { Err(problems) }
}

/// One name once, one port once: except port 0, and one port for an IPv4 and an IPv6 address
/// (KIP-797).
fn check_distinct(resolved: &Resolved, endpoints: &[Endpoint]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for (at, endpoint) in endpoints.iter().enumerate() {
        for earlier in &endpoints[..at] {
            if earlier.name == endpoint.name {
                problems.push(resolved.problem(
                    "listeners",
                    format!("uses the name {} twice: give each listener its own", endpoint.name),
                ));
            }
            if earlier.port == endpoint.port && endpoint.port != 0 && !differ(earlier, endpoint) {
                problems.push(resolved.problem(
                    "listeners",
                    format!(
                        "uses port {} for {} and for {}: give each listener its own",
                        endpoint.port, earlier.name, endpoint.name
                    ),
                ));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Whether one is an IPv4 and the other an IPv6 address.
fn differ(left: &Endpoint, right: &Endpoint) -> bool {
    let is_v4 = |one: &Endpoint| {
        one.host.as_deref().is_some_and(|host| host.parse::<core::net::Ipv4Addr>().is_ok())
    };
    let is_v6 = |one: &Endpoint| {
        one.host.as_deref().is_some_and(|host| host.parse::<core::net::Ipv6Addr>().is_ok())
    };
    (is_v4(left) && is_v6(right)) || (is_v6(left) && is_v4(right))
}

fn controller_names(resolved: &Resolved) -> Vec<String> {
    let value = resolved.value("controller.listener.names");
    value.as_list().unwrap_or_default().iter().map(|name| name.to_ascii_uppercase()).collect()
}

/// The given map, or Kafka's default, which controller listeners join as PLAINTEXT as long as no
/// listener carries the name of another protocol.
fn protocol_map(
    resolved: &Resolved,
    endpoints: &[Endpoint],
    controller_names: &[String],
) -> Result<ProtocolMap, Vec<Problem>> {
    let name = "listener.security.protocol.map";
    let value = resolved.value(name);
    let mut map = parse_protocol_map(value.as_str().unwrap_or_default())
        .map_err(|sentence| [resolved.problem(name, sentence)])?;
    let secured = |one: &str| ["SSL", "SASL_SSL", "SASL_PLAINTEXT"].contains(&one);
    let any_secured = endpoints.iter().any(|endpoint| secured(&endpoint.name))
        || controller_names.iter().any(|name| secured(name));
    if !resolved.is_given(name) && !any_secured {
        for name in controller_names {
            map.entry(name.clone()).or_insert(SecurityProtocol::Plaintext);
        }
    }
    Ok(map)
}

fn unmapped(resolved: &Resolved, name: &str) -> Problem {
    let value = resolved.value("listener.security.protocol.map");
    let map = value.as_str().unwrap_or_default();
    let sentence = format!(
        "uses the name {name}, which has no security protocol: add {name}:PLAINTEXT to \
         listener.security.protocol.map={map}"
    );
    resolved.problem("listeners", sentence)
}

fn check_controller_names(
    resolved: &Resolved,
    names: &[String],
    listeners: &[Listener],
) -> Vec<Problem> {
    let setting = "controller.listener.names";
    if roles(resolved).controller {
        let missing = names.iter().filter(|name| listeners.iter().all(|one| one.name != **name));
        let problem = |name: &String| {
            let sentence = format!(
                "names {name}, which is not among the listeners: add {name}://:9093 to listeners"
            );
            resolved.problem(setting, sentence)
        };
        return missing.map(problem).collect();
    }
    let problem = |listener: &Listener| {
        let sentence = format!(
            "names {0}, but this node is no controller: remove {0} from listeners",
            listener.name
        );
        resolved.problem(setting, sentence)
    };
    listeners.iter().map(problem).collect()
}

/// What clients are told: `advertised.listeners` without those of the controllers, else the
/// listeners themselves.
fn advertised(
    resolved: &Resolved,
    listeners: &[Listener],
    controller_names: &[String],
) -> Result<Vec<Endpoint>, Vec<Problem>> {
    let name = "advertised.listeners";
    let given = resolved.value(name).as_list().is_some();
    let advertised: Vec<Endpoint> = if given {
        let all = endpoints(resolved, name)?;
        all.into_iter().filter(|one| !controller_names.contains(&one.name)).collect()
    } else {
        listeners
            .iter()
            .map(|one| Endpoint { name: one.name.clone(), host: one.host.clone(), port: one.port })
            .collect()
    };
    if !roles(resolved).broker {
        return Ok(Vec::new());
    }
    let mut problems = Vec::new();
    if advertised.is_empty() {
        let sentence = "leaves nothing for clients to connect to: add PLAINTEXT://127.0.0.1:9092";
        problems.push(resolved.problem(if given { name } else { "listeners" }, sentence));
    }
    for (at, endpoint) in advertised.iter().enumerate() {
        let repeated = advertised[..at].iter().any(|earlier| earlier.name == endpoint.name);
        problems.extend(check_advertised(resolved, endpoint, listeners, given, repeated));
    }
    if problems.is_empty() { Ok(advertised) } else { Err(problems) }
}

fn check_advertised(
    resolved: &Resolved,
    endpoint: &Endpoint,
    listeners: &[Listener],
    given: bool,
    repeated: bool,
) -> Option<Problem> {
    let Endpoint { name, host, port } = endpoint;
    let setting = if given { "advertised.listeners" } else { "listeners" };
    if repeated {
        let sentence = format!("uses the name {name} twice: advertise each listener once");
        return Some(resolved.problem(setting, sentence));
    }
    if listeners.iter().all(|listener| listener.name != *name) {
        let names: Vec<&str> = listeners.iter().map(|listener| listener.name.as_str()).collect();
        let sentence =
            format!("names {name}, which is not among the listeners {}", names.join(", "));
        return Some(resolved.problem(setting, sentence));
    }
    if host.as_deref() != Some("0.0.0.0") {
        return None;
    }
    let sentence = match given {
        true => format!(
            "tells clients to connect to 0.0.0.0, which is no address: write \
             {name}://<a name clients can reach>:{port}"
        ),
        false => format!(
            "listens on 0.0.0.0, which clients cannot connect to: add \
             advertised.listeners={name}://<a name clients can reach>:{port}"
        ),
    };
    Some(resolved.problem(setting, sentence))
}

/// The listener that brokers use among themselves.
fn inter_broker_name(
    resolved: &Resolved,
    map: &ProtocolMap,
    advertised: &[Endpoint],
) -> Result<String, [Problem; 1]> {
    let setting = "inter.broker.listener.name";
    let by_protocol = resolved.value("security.inter.broker.protocol");
    let by_name = resolved.value(setting);
    let (setting, name) = match by_name.as_str() {
        Some(_) if resolved.is_given("security.inter.broker.protocol") => {
            let sentence = "says the same as inter.broker.listener.name: remove one of them";
            return Err([resolved.problem("security.inter.broker.protocol", sentence)]);
        }
        Some(name) => (setting, name.to_ascii_uppercase()),
        None => {
            let name = by_protocol.as_str().unwrap_or("PLAINTEXT").to_string();
            ("security.inter.broker.protocol", name)
        }
    };
    if !roles(resolved).broker || advertised.iter().any(|endpoint| endpoint.name == name) {
        return Ok(name);
    }
    // A single node talks to no other broker, so any of its listeners will do.
    if !resolved.is_given(setting)
        && let Some(first) = advertised.first()
        && resolved.own_defaults
    {
        return Ok(first.name.clone());
    }
    let names: Vec<&str> = advertised.iter().map(|endpoint| endpoint.name.as_str()).collect();
    let known = if map.contains_key(&name) { "advertised" } else { "a listener" };
    let sentence = format!(
        "makes brokers talk over {name}, which is not {known}: write \
         inter.broker.listener.name={}",
        names.join(" or ")
    );
    Err([resolved.problem(setting, sentence)])
}
