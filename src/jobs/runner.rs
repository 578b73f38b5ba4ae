//! Runs jobs: one step after the other until it is time to end, with a pause where nothing is to do or a step has failed.

use std::future::{Future, pending};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::check::sentence;
use crate::data_dir::hold::RestoreHold;
use crate::metrics::Metrics;

/// The pause after a step has failed, unless the job says another. It doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest of these pauses, unless the first is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another step: there may be more to do.
    Again,
    /// Another step after this time, or when the job is woken.
    Wait(Duration),
    /// Another step when the job is woken.
    Idle,
}

/// Work that is done step by step, concurrently with everything else and until the process ends.
pub trait Job: Send + Sync + 'static {
    /// What the log says of a step that has failed, before the reason.
    const FAILURE: &'static str;

    /// Whether a step is given up where it stands when it is time to end. Otherwise it ends on its own.
    const IS_DROPPED_AT_THE_END: bool = true;

    /// What comes before the first step.
    fn first(&self) -> Next {
        Next::Again
    }

    /// Does some of the work. When it is time to end, `stop` is cancelled.
    ///
    /// # Errors
    /// It can't be done now. It is logged, and tried again after a pause.
    fn step(&mut self, stop: &CancellationToken) -> impl Future<Output = Result<Next>> + Send;

    /// Waits until there may be something to do.
    fn woken(&self) -> impl Future<Output = ()> + Send {
        pending()
    }

    /// The pause after a step that has failed, if the one before hasn't.
    fn pause_after_error(&self) -> Duration {
        FIRST_PAUSE
    }

    /// Finishes what is under way at the end.
    fn finish(self) -> impl Future<Output = ()> + Send
    where
        Self: Sized,
    {
        async {}
    }
}

/// Jobs that run concurrently. Dropping them aborts each at its current step.
#[derive(Default)]
pub struct Jobs {
    running: JoinSet<()>,
    stop: CancellationToken,
    metrics: Metrics,
}

impl Jobs {
    /// None yet. Their steps are counted.
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            metrics: metrics.clone(),
            ..Self::default()
        }
    }

    /// Starts a job.
    pub fn start(&mut self, job: impl Job) {
        self.running
            .spawn(run(job, self.stop.clone(), self.metrics.clone()));
    }

    /// Starts a task that has no steps and may be dropped at any moment.
    pub fn start_task(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.running.spawn(async move {
            // Either it has ended, or it is dropped.
            let _ended = stop.run_until_cancelled(task).await;
        });
    }

    /// Starts a job when nothing holds it any more.
    pub fn start_after(&mut self, hold: RestoreHold, job: impl Job) {
        let (stop, metrics) = (self.stop.clone(), self.metrics.clone());
        self.running.spawn(async move {
            if stop.run_until_cancelled(hold.over()).await.is_some() {
                run(job, stop, metrics).await;
            }
        });
    }

    /// Has all jobs end, and waits until they have.
    ///
    /// # Errors
    /// One of them has panicked.
    pub async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.running.join_next().await {
            ended.context("A task in the background has panicked")?;
        }
        Ok(())
    }
}

/// What a job is called where its steps are counted: the name of its type.
fn name<J: Job>() -> &'static str {
    let path = std::any::type_name::<J>();
    path.rsplit("::").next().unwrap_or(path)
}

/// Runs a job until `stop` is cancelled.
pub async fn run<J: Job>(mut job: J, stop: CancellationToken, metrics: Metrics) {
    let mut rest = Rest::Until(job.first());
    let mut failures = 0;
    while stop.run_until_cancelled(rest.over(&job)).await.is_some() {
        let step = job.step(&stop);
        let stepped = if J::IS_DROPPED_AT_THE_END {
            stop.run_until_cancelled(step).await
        } else {
            Some(step.await)
        };
        rest = match stepped {
            None => break,
            Some(Ok(next)) => {
                metrics.step(name::<J>(), true);
                failures = 0;
                Rest::Until(next)
            }
            Some(Err(error)) => {
                metrics.step(name::<J>(), false);
                tracing::error!(error = %sentence(&error), "{}", J::FAILURE);
                failures += 1;
                Rest::AfterError(back_off(job.pause_after_error(), failures))
            }
        };
    }
    job.finish().await;
}

/// What to wait for between two steps.
enum Rest {
    Until(Next),
    /// Nothing ends this pause early, so that what fails is never tried more often.
    AfterError(Duration),
}

impl Rest {
    async fn over(&self, job: &impl Job) {
        match *self {
            Self::Until(Next::Again) => {}
            Self::Until(Next::Idle) => job.woken().await,
            Self::Until(Next::Wait(time)) => tokio::select! {
                () = job.woken() => {}
                () = sleep(time) => {}
            },
            Self::AfterError(time) => sleep(time).await,
        }
    }
}

fn back_off(first: Duration, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let longest = LONGEST_PAUSE.max(first);
    first.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use anyhow::bail;
    use tokio::sync::{Notify, mpsc};
    use tokio::time::{Instant, advance};

    use super::*;

    /// A job whose steps return what they are given, one after the other, and then wait to be woken.
    struct Told {
        steps: Vec<Option<Next>>,
        stepped: mpsc::UnboundedSender<Instant>,
        wake: Arc<Notify>,
        is_finished: Arc<Mutex<bool>>,
    }

    impl Job for Told {
        const FAILURE: &'static str = "a job has failed";

        async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
            self.stepped.send(Instant::now()).unwrap();
            match self.steps.pop() {
                Some(Some(next)) => Ok(next),
                Some(None) => bail!("as it was told"),
                None => Ok(Next::Idle),
            }
        }

        async fn woken(&self) {
            self.wake.notified().await;
        }

        async fn finish(self) {
            *self.is_finished.lock().unwrap() = true;
        }
    }

    /// The seconds from the start to each step of a job with these steps, which is woken at that time.
    async fn times(mut steps: Vec<Option<Next>>, woken_after: Duration) -> Vec<u64> {
        let (begun, count) = (Instant::now(), steps.len() + 2);
        steps.reverse();
        let (stepped, mut times) = mpsc::unbounded_channel();
        let wake = Arc::new(Notify::new());
        let is_finished = Arc::new(Mutex::new(false));
        let mut jobs = Jobs::default();
        jobs.start(Told {
            steps,
            stepped,
            wake: wake.clone(),
            is_finished: is_finished.clone(),
        });
        let waker = tokio::spawn(async move {
            sleep(woken_after).await;
            wake.notify_one();
        });
        let mut seconds = Vec::new();
        for _ in 0..count {
            let time = times.recv().await.unwrap();
            seconds.push((time - begun).as_secs());
        }
        waker.await.unwrap();
        jobs.stop().await.unwrap();
        assert!(*is_finished.lock().unwrap());
        seconds
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_says_when_the_next_one_comes() {
        let wait = Next::Wait(Duration::from_secs(7));
        let steps = vec![Some(Next::Again), Some(wait), Some(Next::Again)];
        let seconds = times(steps, Duration::from_secs(100)).await;
        assert_eq!(seconds, [0, 0, 7, 7, 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_time_is_woken_before_it() {
        let wait = Next::Wait(Duration::from_secs(1000));
        let (begun, wake) = (Instant::now(), Arc::new(Notify::new()));
        let (stepped, mut steps) = mpsc::unbounded_channel();
        let mut jobs = Jobs::default();
        jobs.start(Told {
            steps: vec![Some(wait)],
            stepped,
            wake: wake.clone(),
            is_finished: Arc::default(),
        });
        steps.recv().await.unwrap();
        advance(Duration::from_secs(3)).await;
        wake.notify_one();
        let second = steps.recv().await.unwrap();
        assert_eq!((second - begun).as_secs(), 3);
        jobs.stop().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_after_failures_doubles_until_one_succeeds_and_nobody_ends_it() {
        let fail = None;
        let steps = vec![fail, fail, fail, Some(Next::Again), fail];
        // It is woken within the first pause, which continues, and causes the last step at once.
        let seconds = times(steps, Duration::from_millis(500)).await;
        assert_eq!(seconds, [0, 1, 3, 7, 7, 8, 8]);
    }

    #[test]
    fn the_pause_has_an_end_and_is_never_shorter_than_the_first() {
        let seconds = |first| {
            [1, 2, 3, 30, u32::MAX]
                .map(|failures| back_off(Duration::from_secs(first), failures).as_secs())
        };
        assert_eq!(seconds(1), [1, 2, 4, 60, 60]);
        assert_eq!(seconds(3600), [3600; 5]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_is_in_the_middle_of_a_step_ends_all_the_same() {
        struct Endless;
        impl Job for Endless {
            const FAILURE: &'static str = "a job has failed";

            async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
                pending().await
            }
        }
        let mut jobs = Jobs::default();
        jobs.start(Endless);
        tokio::task::yield_now().await;
        jobs.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_job_that_panics_is_told_of_at_the_end() {
        struct Panics(Arc<Notify>);
        impl Job for Panics {
            const FAILURE: &'static str = "a job has failed";

            async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
                self.0.notify_one();
                panic!("as it was told")
            }
        }
        let begun = Arc::new(Notify::new());
        let mut jobs = Jobs::default();
        jobs.start(Panics(begun.clone()));
        begun.notified().await;
        assert!(jobs.stop().await.is_err());
    }
}
