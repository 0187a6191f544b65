//! The broker in a simulated world: one thread, no sockets, no disk, no waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_client::settings::CommonSettings;
use ottla_client::{Client, Result};
use ottla_io::{Io, Task};
use ottla_sim::{Faults, World};

/// The broker's name in its world, and its port.
const HOST: &str = "broker";
const PORT: u16 = 9092;

/// The name of the machine that tests run on.
const TEST: &str = "test";

/// A world in which tests run, with time that passes when nobody has anything to do.
#[derive(Debug, Clone)]
pub struct VirtualTime {
    seed: u64,
    faults: Faults,
    limit: Duration,
}

impl Default for VirtualTime {
    fn default() -> Self {
        Self { seed: 1, faults: Faults::default(), limit: Duration::from_secs(24 * 3600) }
    }
}

impl VirtualTime {
    /// A quiet world: delays, but no failures.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that is random follows from `seed`.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// With a network and disks as unkind as this.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// How much virtual time the test may take. Default: a day.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs `test` beside a broker; what it returns.
    ///
    /// # Panics
    /// When a task panics, or the test waits for what never comes: names who waits.
    pub fn run<T>(self, test: impl AsyncFnOnce(VirtualBroker) -> T) -> T {
        let world = World::with_faults(self.seed, self.faults);
        let broker = VirtualBroker {
            io: world.node(TEST),
            bootstrap: format!("{HOST}:{PORT}"),
            serving: Arc::default(),
            world: world.clone(),
        };
        broker.start();
        let main = Box::pin(test(broker));
        match world.run(self.limit, main) {
            Ok(told) => told,
            Err(stuck) => panic!("{stuck}"),
        }
    }
}

/// A broker in virtual time.
#[derive(Clone)]
pub struct VirtualBroker {
    world: World,
    io: Io,
    bootstrap: String,
    serving: Arc<Mutex<Option<Task>>>,
}

impl VirtualBroker {
    /// `bootstrap.servers` for its clients.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// The way to this world, for clients that run on the test's own machine.
    pub fn io(&self) -> &Io {
        &self.io
    }

    /// The same from another machine, which can be cut off and killed alone.
    pub fn machine(&self, name: &str) -> Io {
        self.world.node(name)
    }

    /// A client with the defaults.
    ///
    /// # Errors
    /// None in fact.
    pub fn client(&self) -> Result<Client> {
        Client::new(self.io.clone(), CommonSettings::new(&self.bootstrap))
    }

    /// Makes a topic, and waits until it can be used.
    ///
    /// # Errors
    /// The broker refuses: it is there, or its name is none.
    pub async fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        super::create_topic(self.client()?, name, partitions).await
    }

    /// Lets time pass, and everybody else do what they do in it.
    pub async fn advance(&self, duration: Duration) {
        self.io.sleep(duration).await;
    }

    /// Kills the broker's process, as SIGKILL does. What was acknowledged is there when it starts again.
    pub fn kill(&self) {
        self.world.kill(HOST);
    }

    /// Starts it again after [`VirtualBroker::kill`].
    pub fn start(&self) {
        let io = self.world.node(HOST);
        let listener = super::listener("", Some(HOST), PORT);
        let settings = super::settings(listener, "/data".into());
        let serving = io.clone().spawn("broker", async move {
            match ottla_broker::start(io, settings).await {
                Ok(running) => {
                    let reason = running.failure().await;
                    tracing::error!(reason, "the broker gave up");
                }
                Err(error) => panic!("the broker does not start: {error}"),
            }
        });
        *self.serving.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
    }

    /// Nothing gets through between a machine and the broker; `None`: the test's own machine.
    pub fn cut_off(&self, machine: Option<&str>) {
        self.world.partition(machine.unwrap_or(TEST), HOST);
    }

    /// Takes [`VirtualBroker::cut_off`] back.
    pub fn reconnect(&self, machine: Option<&str>) {
        self.world.heal(machine.unwrap_or(TEST), HOST);
    }

    /// The world, for everything else that can go wrong in it.
    pub fn world(&self) -> &World {
        &self.world
    }
}
