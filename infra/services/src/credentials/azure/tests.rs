//! Each source, asked as its platform expects.

use std::io::Write as _;

use super::*;
use crate::fake::{Fake, header};

fn find<const N: usize>(variables: [(&str, &str); N]) -> Result<AzureSource> {
    AzureSource::find(&Environment::of(variables))
}

async fn token(source: &AzureSource) -> Result<String> {
    match source.secret(&Http::default(), SystemTime::now()).await? {
        AzureSecret::Token(token) => Ok(token),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn managed_identity_is_asked_once_and_its_end_is_a_string() {
    let fake = Fake::start().await;
    fake.answer(
        200,
        &[],
        r#"{"access_token":"t","expires_on":"32503680000","token_type":"Bearer"}"#,
    );
    let endpoint = format!("{}/msi/token", fake.endpoint);
    let source = find([
        ("IDENTITY_ENDPOINT", endpoint.as_str()),
        ("IDENTITY_HEADER", "secret"),
        ("AZURE_CLIENT_ID", "mine"),
    ]);
    let source = source.unwrap();
    assert_eq!(token(&source).await.unwrap(), "t");
    assert_eq!(token(&source).await.unwrap(), "t");
    let asked = fake.asked();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    let expected = "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=mine";
    assert_eq!(request.uri(), expected);
    assert_eq!(header(request, "x-identity-header"), "secret");
}

#[tokio::test]
async fn workload_identity_is_exchanged_at_entra() {
    let fake = Fake::start().await;
    fake.answer(200, &[], r#"{"token_type":"Bearer","expires_in":3599,"access_token":"t"}"#);
    fake.answer(401, &[], r#"{"error":"invalid_client","error_description":"AADSTS70021: no"}"#);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"jwt\n").unwrap();
    let variables = [
        ("AZURE_FEDERATED_TOKEN_FILE", file.path().to_str().unwrap()),
        ("AZURE_CLIENT_ID", "client"),
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_AUTHORITY_HOST", &fake.endpoint),
    ];
    let source = find(variables).unwrap();
    assert_eq!(token(&source).await.unwrap(), "t");
    assert_eq!(token(&source).await.unwrap(), "t");
    let asked = fake.asked();
    assert_eq!((asked.len(), asked[0].uri().path()), (1, "/tenant/oauth2/v2.0/token"));
    let form = String::from_utf8(asked[0].body().to_vec()).unwrap();
    assert!(form.contains("scope=https%3A%2F%2Fstorage.azure.com%2F.default"), "{form}");
    assert!(form.ends_with("&client_assertion=jwt"), "{form}");
    let denied = token(&find(variables).unwrap()).await.unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::Denied);
    assert!(denied.to_string().contains("AADSTS70021"), "{denied}");
}

#[test]
fn what_was_set_by_hand_comes_first() {
    let source = |variables: &[(&str, &str)]| {
        let all = Environment::of(variables.iter().copied());
        format!("{:?}", AzureSource::find(&all).unwrap().origin)
    };
    let identity = [("IDENTITY_ENDPOINT", "http://127.0.0.1:1"), ("IDENTITY_HEADER", "h")];
    let key = ("AZURE_STORAGE_KEY", "a2V5");
    assert_eq!(source(&[identity[0], identity[1], key, ("AZURE_STORAGE_SAS_TOKEN", "s=1")]), "Sas");
    assert_eq!(source(&[identity[0], identity[1], key]), "Key");
    assert!(source(&identity).starts_with("Managed("));
}

#[test]
fn what_is_missing_is_named() {
    for (variables, part) in [
        ([("AZURE_CLIENT_ID", "c")], "IDENTITY_ENDPOINT"),
        ([("IDENTITY_ENDPOINT", "http://127.0.0.1:1")], "IDENTITY_HEADER is not set"),
        ([("AZURE_STORAGE_KEY", "no base64!")], "AZURE_STORAGE_KEY is not"),
        ([("AZURE_FEDERATED_TOKEN_FILE", "/t")], "AZURE_CLIENT_ID is not set"),
    ] {
        let error = find(variables).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}
