//! What can run an app, side by side.
//!
//! Deals with: the choices, their names, where a choice cannot be had, from how many requests on a container
//! that always runs is cheaper. Does not deal with: a choice's bill (`lambda`, `azure`, `container`).

use std::fmt;

use rust_decimal::Decimal;

use super::bill::Bill;
use super::lambda::Architecture;
use super::number::MOST;
use super::prices::Prices;
use super::text::grouped;
use super::workload::Workload;
use super::{azure, container, lambda};
use crate::fault::Fault;

/// What runs an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    LambdaArm,
    LambdaX86,
    Fargate,
    Flex,
    Consumption,
    ContainerApps,
}

impl Choice {
    /// All, in the order of the columns.
    pub(crate) const ALL: [Self; 6] = [
        Self::LambdaArm,
        Self::LambdaX86,
        Self::Fargate,
        Self::Flex,
        Self::Consumption,
        Self::ContainerApps,
    ];

    /// In JSON.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::LambdaArm => "lambda-arm64",
            Self::LambdaX86 => "lambda-x86_64",
            Self::Fargate => "container-fargate-arm64",
            Self::Flex => "azure-flex",
            Self::Consumption => "azure-consumption",
            Self::ContainerApps => "container-azure",
        }
    }

    /// For a person.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::LambdaArm => "Lambda arm64",
            Self::LambdaX86 => "Lambda x86_64",
            Self::Fargate => "Fargate arm64",
            Self::Flex => "Azure Flex",
            Self::Consumption => "Azure Consumption",
            Self::ContainerApps => "Container Apps",
        }
    }

    /// The container that always runs in the same cloud; absent for a container.
    pub(crate) const fn container(self) -> Option<Self> {
        match self {
            Self::LambdaArm | Self::LambdaX86 => Some(Self::Fargate),
            Self::Flex | Self::Consumption => Some(Self::ContainerApps),
            Self::Fargate | Self::ContainerApps => None,
        }
    }

    /// The bill of a month with so many `requests`.
    ///
    /// # Errors
    /// It cannot run the app: why.
    pub(crate) fn bill(
        self,
        load: &Workload,
        prices: &Prices,
        requests: u64,
    ) -> Result<Bill, Fault> {
        match self {
            Self::LambdaArm => lambda::bill(load, prices, requests, Architecture::Arm64),
            Self::LambdaX86 => lambda::bill(load, prices, requests, Architecture::X86_64),
            Self::Fargate => container::fargate(load, prices, requests),
            Self::Flex => azure::flex(load, prices, requests),
            Self::Consumption => azure::consumption(load, prices, requests),
            Self::ContainerApps => container::apps(load, prices, requests),
        }
    }
}

/// Where a container that always runs begins to be cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BreakEven {
    pub(crate) choice: Choice,
    pub(crate) container: Choice,
    /// The first number of requests a month at which the container costs no more.
    pub(crate) requests: u64,
    /// What the container costs there, in US dollars.
    pub(crate) usd: Decimal,
}

/// For a person.
impl fmt::Display for BreakEven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "from {} requests a month on, {} (${}) costs no more than {}",
            grouped(self.requests.into()),
            self.container.name(),
            grouped(self.usd.round_dp(2)),
            self.choice.name()
        )
    }
}

/// The break-even points of the choices that have one up to [`MOST`] requests; none where the container is
/// never dearer, or always is.
pub(crate) fn break_even(load: &Workload, prices: &Prices) -> Vec<BreakEven> {
    Choice::ALL.into_iter().filter_map(|choice| first(choice, load, prices)).collect()
}

fn first(choice: Choice, load: &Workload, prices: &Prices) -> Option<BreakEven> {
    let container = choice.container()?;
    let total = |choice: Choice, requests| Some(choice.bill(load, prices, requests).ok()?.total());
    let cheaper = |requests| Some(total(container, requests)? <= total(choice, requests)?);
    if cheaper(0)? {
        return None;
    }
    // Ten steps a decade: a bill has steps, and the first crossing is wanted.
    let steps = (0_u32..=120).map(|step| 10_f64.powf(f64::from(step) / 10.0));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 10^12")]
    let steps = steps.map(|requests| (requests.round() as u64).min(MOST));
    let (mut below, mut above) = (0, None);
    for step in steps {
        if cheaper(step)? {
            above = Some(step);
            break;
        }
        below = step;
    }
    let mut above = above?;
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if cheaper(middle)? {
            above = middle;
        } else {
            below = middle;
        }
    }
    Some(BreakEven { choice, container, requests: above, usd: total(container, above)? })
}
