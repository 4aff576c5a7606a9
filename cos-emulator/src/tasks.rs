//! Tasks of fetching objects from elsewhere, as records: nothing is fetched here.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many tasks are remembered.
const MOST: usize = 10_000;

/// A task as it was asked for.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) url: String,
}

/// The tasks, oldest first.
#[derive(Default)]
pub(crate) struct Tasks(Mutex<VecDeque<Task>>);

impl Tasks {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, task: Task) {
        let mut tasks = self.lock();
        if tasks.len() >= MOST {
            tasks.pop_front();
        }
        tasks.push_back(task);
    }

    pub(crate) fn find(&self, bucket: &str, id: &str) -> Option<Task> {
        self.lock().iter().find(|task| task.bucket == bucket && task.id == id).cloned()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }
}
