//! Each source, asked as its platform expects.

use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::fake::{Fake, header};

fn find<const N: usize>(variables: [(&str, &str); N]) -> Result<AwsSource> {
    AwsSource::find(&Environment::of(variables), "eu-west-1")
}

async fn keys(source: &AwsSource) -> Result<AwsKeys> {
    source.keys(&Http::default(), SystemTime::now()).await
}

#[tokio::test]
async fn keys_in_the_environment_come_first() {
    let source = find([
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"),
    ]);
    let source = source.unwrap();
    let found = keys(&source).await.unwrap();
    assert_eq!((found.id.as_str(), found.token.as_deref()), ("id", Some("token")));
    assert!(!format!("{source:?}").contains("hush"), "{source:?}");
}

#[test]
fn what_is_missing_is_named() {
    let error = find([("AWS_ACCESS_KEY_ID", "id")]).unwrap_err();
    assert!(error.to_string().contains("AWS_SECRET_ACCESS_KEY is not set"), "{error}");
    let error = find([("AWS_PROFILE", "mine")]).unwrap_err();
    assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
    let error = find([("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")]).unwrap_err();
    assert!(error.to_string().contains("AWS_ROLE_ARN"), "{error}");
    let far = find([("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/")]).unwrap_err();
    assert!(far.to_string().contains("https"), "{far}");
}

#[tokio::test]
async fn the_container_endpoint_is_asked_once_with_its_token() {
    let fake = Fake::start().await;
    let answer = r#"{"AccessKeyId":"id","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}"#;
    fake.answer(200, &[], answer);
    let source = find([
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/creds", fake.endpoint).as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "bearer"),
    ]);
    let source = source.unwrap();
    let found = keys(&source).await.unwrap();
    assert_eq!((found.id.as_str(), found.token.as_deref()), ("id", Some("t")));
    keys(&source).await.unwrap();
    let asked = fake.asked();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((request.uri().path(), header(request, "authorization")), ("/creds", "bearer"));
}

#[tokio::test]
async fn web_identity_is_exchanged_at_sts() {
    let fake = Fake::start().await;
    let answer =
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
        <AssumeRoleWithWebIdentityResult><Audience>a</Audience><Credentials>
        <SessionToken>t</SessionToken><SecretAccessKey>s</SecretAccessKey>
        <Expiration>2999-01-01T00:00:00Z</Expiration><AccessKeyId>id</AccessKeyId></Credentials>
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    fake.answer(200, &[], answer);
    fake.answer(
        400,
        &[],
        "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>",
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"jwt/+\n").unwrap();
    let variables = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", file.path().to_str().unwrap()),
        ("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/r"),
        ("AWS_ENDPOINT_URL_STS", &fake.endpoint),
    ];
    let found = keys(&find(variables).unwrap()).await.unwrap();
    assert_eq!((found.id.as_str(), found.token.as_deref()), ("id", Some("t")));
    let form = String::from_utf8(fake.asked()[0].body().to_vec()).unwrap();
    assert!(
        form.starts_with("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3A"),
        "{form}"
    );
    assert!(form.ends_with("&WebIdentityToken=jwt%2F%2B"), "{form}");
    let denied = keys(&find(variables).unwrap()).await.unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::Denied);
}

proptest! {
    #[test]
    fn no_answer_panics(text in "(<|</|/>|>|Credentials|AccessKeyId|AssumeRoleWithWebIdentityResult|[a-z\"= ]){0,40}") {
        let _ = assumed(&text);
        let _ = serde_json::from_str::<Issued>(&text);
    }
}
