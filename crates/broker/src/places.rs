//! How many connections there may be, in all and from one address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// The limit that makes clients wait; the other one sends them away.
pub(crate) const TOTAL: &str = "max.connections";

/// Connections open now, and how many there may be.
#[derive(Debug)]
pub(crate) struct Places {
    /// `max.connections`.
    total_max: usize,
    /// `max.connections.per.ip`.
    per_ip_max: usize,
    taken: Mutex<Taken>,
    /// Told whenever a place is given back.
    given_back: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_ip: BTreeMap<IpAddr, usize>,
}

/// The right to be connected; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    ip: IpAddr,
}

impl Places {
    /// So many in all, and so many from one address.
    pub(crate) fn new(total_max: usize, per_ip_max: usize) -> Arc<Self> {
        Arc::new(Self { total_max, per_ip_max, taken: Mutex::default(), given_back: Notify::new() })
    }

    /// A place for a connection from `ip`.
    ///
    /// # Errors
    /// The setting whose limit is reached.
    pub(crate) fn take(self: &Arc<Self>, ip: IpAddr) -> Result<Place, &'static str> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= self.total_max {
            return Err(TOTAL);
        }
        let of_ip = taken.by_ip.get(&ip).copied().unwrap_or_default();
        if of_ip >= self.per_ip_max {
            return Err("max.connections.per.ip");
        }
        taken.by_ip.insert(ip, of_ip + 1);
        taken.total += 1;
        Ok(Place { places: Arc::clone(self), ip })
    }

    /// Connections open now.
    pub(crate) fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// Resolves when a place is given back after this call.
    pub(crate) fn given_back(&self) -> impl Future<Output = ()> + Send + '_ {
        let mut given_back = Box::pin(self.given_back.notified());
        // Registered now, not when it is first looked at.
        given_back.as_mut().enable();
        given_back
    }

    /// Waits until no connection is open.
    pub(crate) async fn empty(&self) {
        loop {
            // Made before looking, so that a place given back in between is not missed.
            let given_back = self.given_back.notified();
            if self.taken() == 0 {
                return;
            }
            given_back.await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(of_ip) = taken.by_ip.get_mut(&self.ip) {
            *of_ip -= 1;
            if *of_ip == 0 {
                taken.by_ip.remove(&self.ip);
            }
        }
        drop(taken);
        self.places.given_back.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_in_all_and_by_address_and_places_come_back() {
        let places = Places::new(3, 2);
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let first = places.take(here).unwrap();
        let _second = places.take(here).unwrap();
        assert_eq!(places.take(here).unwrap_err(), "max.connections.per.ip");
        let _third = places.take(there).unwrap();
        assert_eq!(places.take(there).unwrap_err(), "max.connections");
        drop(first);
        assert_eq!(places.taken(), 2);
        assert!(places.take(here).is_ok());
    }
}
