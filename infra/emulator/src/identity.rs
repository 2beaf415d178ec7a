//! Who may do what: the owner of the laptop, and one principal per app with what its manifest declares.
//!
//! Deals with: credentials of both clouds, looking a principal up by them, permission.
//! Does not deal with: signatures (`aws::auth`, `azure::auth`) or a provider's shape of a refusal.

mod grant;

use std::sync::{Arc, PoisonError, RwLock};

use subtle::ConstantTimeEq;
use uuid::Uuid;

pub use self::grant::{Action, Grant};

/// Access key id of the laptop's owner: fixed, so that a profile can be written once.
pub const OWNER_ACCESS_KEY_ID: &str = "AKIAANYFNLOCAL000000";
/// Secret access key of the laptop's owner. It opens nothing but a loopback port.
pub const OWNER_SECRET_ACCESS_KEY: &str = "anyfnLocalSecretKeyForEmulatorOnly000000";
/// The storage account that every Azure storage emulator has.
pub const AZURE_ACCOUNT: &str = "devstoreaccount1";
/// The published key of [`AZURE_ACCOUNT`] (base64): what `UseDevelopmentStorage=true` stands for in
/// Azure's own tools.
pub const AZURE_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// On whose behalf a request is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The person at the machine: may do everything.
    Owner,
    /// An app: may do what it declared.
    App(Arc<Grant>),
}

impl Principal {
    /// Whether this principal may do `action`.
    #[must_use]
    pub fn allows(&self, action: &Action) -> bool {
        match self {
            Self::Owner => true,
            Self::App(grant) => grant.allowed.contains(action),
        }
    }

    /// The name that a refusal shows.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::App(grant) => &grant.app,
        }
    }
}

/// The credentials of one app; fresh at every start of the emulator.
#[derive(Clone, PartialEq, Eq)]
pub struct AppCredentials {
    /// AWS access key id, 20 characters.
    pub access_key_id: String,
    /// AWS secret access key.
    pub secret_access_key: String,
    /// The bearer token that the identity endpoint hands out for the app.
    pub token: String,
    /// What the app shows the identity endpoint (`IDENTITY_HEADER`).
    pub identity_header: String,
}

impl std::fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// A cheap handle; all clones know the same principals.
#[derive(Clone, Debug, Default)]
pub struct Identity(Arc<RwLock<Vec<App>>>);

#[derive(Clone, Debug)]
struct App {
    grant: Arc<Grant>,
    credentials: AppCredentials,
}

impl Identity {
    /// Knows the owner and nobody else.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a principal of `grant.app`, with credentials of its own. An earlier one of the same name
    /// keeps what it had: processes of an earlier build may still be at work.
    #[must_use]
    pub fn add_app(&self, grant: Grant) -> AppCredentials {
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let credentials = fresh_credentials();
        apps.push(App { grant: Arc::new(grant), credentials: credentials.clone() });
        credentials
    }

    /// The secret and the principal of an AWS access key id.
    #[must_use]
    pub fn by_access_key(&self, id: &str) -> Option<(String, Principal)> {
        if id == OWNER_ACCESS_KEY_ID {
            return Some((OWNER_SECRET_ACCESS_KEY.to_owned(), Principal::Owner));
        }
        self.find(|app| app.access_key_id == id)
            .map(|app| (app.credentials.secret_access_key, Principal::App(app.grant)))
    }

    /// The principal of a bearer token.
    #[must_use]
    pub fn by_token(&self, token: &str) -> Option<Principal> {
        self.find(|app| same(&app.token, token)).map(|app| Principal::App(app.grant))
    }

    /// What the identity endpoint answers to the bearer of `header`: the app's name and its token.
    #[must_use]
    pub fn token_for(&self, header: &str) -> Option<(String, String)> {
        self.find(|app| same(&app.identity_header, header))
            .map(|app| (app.grant.app.clone(), app.credentials.token))
    }

    /// The owner's AWS access key id and secret.
    #[must_use]
    pub fn owner_aws(&self) -> (&'static str, &'static str) {
        (OWNER_ACCESS_KEY_ID, OWNER_SECRET_ACCESS_KEY)
    }

    /// The Azure storage account and its key in base64; whoever signs with it is the owner.
    #[must_use]
    pub fn azure_account(&self) -> (&'static str, &'static str) {
        (AZURE_ACCOUNT, AZURE_KEY)
    }

    fn find(&self, matches: impl Fn(&AppCredentials) -> bool) -> Option<App> {
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        apps.iter().find(|app| matches(&app.credentials)).cloned()
    }
}

fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn fresh_credentials() -> AppCredentials {
    let random = || Uuid::new_v4().simple().to_string();
    let id = random().to_ascii_uppercase();
    AppCredentials {
        access_key_id: format!("AKIA{}", id.get(..16).unwrap_or(&id)),
        secret_access_key: format!("{}{}", random(), random().get(..8).unwrap_or_default()),
        token: format!("anyfn-token-{}{}", random(), random()),
        identity_header: random(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> Grant {
        Grant::new("webhook", [Action::BlobRead("photos".to_owned())])
    }

    #[test]
    fn an_app_may_do_what_it_declared_and_nothing_else() {
        let identity = Identity::new();
        let app = identity.add_app(reader());
        let (secret, principal) = identity.by_access_key(&app.access_key_id).unwrap();
        assert_eq!(secret, app.secret_access_key);
        assert_eq!(identity.by_token(&app.token), Some(principal.clone()));
        assert!(principal.allows(&Action::BlobRead("photos".to_owned())));
        assert!(!principal.allows(&Action::BlobWrite("photos".to_owned())));
        assert!(!principal.allows(&Action::BlobRead("thumbnails".to_owned())));
        assert!(Principal::Owner.allows(&Action::BlobWrite("photos".to_owned())));
    }

    #[test]
    fn a_new_grant_takes_nothing_from_processes_that_have_the_old_one() {
        let identity = Identity::new();
        let before = identity.add_app(reader());
        let after = identity.add_app(Grant::new("webhook", []));
        let may = |credentials: &AppCredentials| {
            let principal = identity.by_token(&credentials.token).unwrap();
            principal.allows(&Action::BlobRead("photos".to_owned()))
        };
        assert!(may(&before) && !may(&after));
    }

    #[test]
    fn nobody_is_found_by_a_credential_that_was_not_handed_out() {
        let identity = Identity::new();
        let app = identity.add_app(reader());
        assert_eq!(identity.by_access_key("AKIA0000000000000000"), None);
        assert_eq!(identity.by_token(""), None);
        assert_eq!(identity.by_token(&app.identity_header), None);
        assert_eq!(
            identity.token_for(&app.identity_header),
            Some(("webhook".to_owned(), app.token))
        );
    }

    #[test]
    fn credentials_have_the_providers_form_and_do_not_print() {
        let app = Identity::new().add_app(reader());
        for id in [app.access_key_id.as_str(), OWNER_ACCESS_KEY_ID] {
            assert_eq!(id.len(), 20, "{id}");
        }
        for secret in [app.secret_access_key.as_str(), OWNER_SECRET_ACCESS_KEY] {
            assert_eq!(secret.len(), 40, "{secret}");
        }
        assert!(!format!("{app:?}").contains(&app.token));
    }
}
