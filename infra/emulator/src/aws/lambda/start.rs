//! Starting the service.
//!
//! Deals with: what an earlier run left behind, the first functions. Does not deal with: getting functions
//! ready and letting them be called (`replace`).

use std::sync::{Arc, Mutex, RwLock};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::spec::FunctionSpec;
use super::{Inner, Lambda, LambdaDeps, LambdaError};

impl Lambda {
    /// Starts the service with these functions. It runs until [`Lambda::stop`].
    ///
    /// # Errors
    /// [`LambdaError::Duplicate`], [`LambdaError::Schedule`], [`LambdaError::Listen`], and where it starts
    /// warm [`LambdaError::Start`]; nothing runs then.
    pub async fn start(deps: LambdaDeps, specs: Vec<FunctionSpec>) -> Result<Self, LambdaError> {
        let lambda = Self(Arc::new(Inner {
            deps,
            functions: RwLock::default(),
            retired: Mutex::default(),
            lines: Mutex::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }));
        lambda.release().await;
        match lambda.prepare(&[], specs).await {
            Ok(prepared) => lambda.switch(prepared),
            Err(error) => {
                lambda.stop().await;
                return Err(error);
            }
        }
        Ok(lambda)
    }
}
