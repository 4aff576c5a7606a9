//! A forked child has connections of its own. On its parent's connections it would read the parent's answers.

use std::process;
use std::sync::OnceLock;

use ureq::Agent;

/// Makes an agent.
type Make = dyn Fn() -> Agent + Send + Sync;

/// The agents of a client, one for each process in which it is used.
pub(super) struct Agents {
    make: Box<Make>,
    first: OfProcess,
}

/// An agent, and that of a child. No lock is taken: at a fork another thread may hold it for ever.
struct OfProcess {
    id: u32,
    agent: Agent,
    child: OnceLock<Box<Self>>,
}

impl OfProcess {
    fn new(make: &Make) -> Self {
        Self { id: process::id(), agent: make(), child: OnceLock::new() }
    }
}

impl Agents {
    pub(super) fn new(make: impl Fn() -> Agent + Send + Sync + 'static) -> Self {
        Self { first: OfProcess::new(&make), make: Box::new(make) }
    }

    /// Returns the agent of this process.
    pub(super) fn current(&self) -> &Agent {
        let id = process::id();
        let mut of = &self.first;
        while of.id != id {
            of = of.child.get_or_init(|| Box::new(OfProcess::new(&*self.make)));
        }
        &of.agent
    }
}

impl std::fmt::Debug for Agents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Agents")
    }
}
