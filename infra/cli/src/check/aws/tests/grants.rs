//! Deals with: grants too many and too few. Does not deal with: the plan that they are planted in
//! (`../tests.rs`).

use serde_json::json;

use super::super::super::finding::Kind;
use super::super::super::tests::{each_is_named, values};
use super::{clean, policy, sqs};

#[test]
fn grants_that_the_code_does_not_declare_are_named_with_their_statement() {
    each_is_named(
        &clean,
        &[
            (
                "any action",
                |plan| {
                    values(plan, "this[\"needs\"]")["policy"] =
                        json!(policy(&[(&["s3:*"], "arn:aws:s3:::shop-photos/*")]));
                },
                Kind::Grant,
                &["aws_iam_role_policy.this[\"needs\"] policy.Statement[0]", "`s3:*`"],
            ),
            (
                "an action of another need",
                |plan| {
                    values(plan, "log")["policy"] =
                        json!(policy(&[(&["s3:DeleteObject"], "arn:aws:s3:::shop-photos/*")]));
                },
                Kind::Grant,
                &["s3:DeleteObject", ".needs(blob::store(\"photos\").delete())"],
            ),
            (
                "a need's action on another store",
                |plan| {
                    values(plan, "log")["policy"] =
                        json!(policy(&[(&["s3:GetObject"], "arn:aws:s3:::shop-small/*")]));
                },
                Kind::Grant,
                &["asks for that on `arn:aws:s3:::shop-photos/*` only"],
            ),
            (
                "everything of an action",
                |plan| values(plan, "log")["policy"] = json!(policy(&[(&["s3:GetObject"], "*")])),
                Kind::Grant,
                &["`s3:GetObject` on `*`", "wider", "arn:aws:s3:::shop-photos/*"],
            ),
            (
                "an action of nothing",
                |plan| {
                    values(plan, "log")["policy"] =
                        json!(policy(&[(&["iam:PassRole"], "arn:aws:iam::1:role/x")]));
                },
                Kind::Grant,
                &["iam:PassRole", "nothing in the code"],
            ),
            (
                "all but something",
                |plan| {
                    values(plan, "log")["policy"] = json!(
                        r#"{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}"#
                    );
                },
                Kind::Grant,
                &["NotAction"],
            ),
            (
                "a managed policy",
                |plan| {
                    plan.push(("aws_iam_role_policy_attachment.more".to_owned(), json!({"role": "shop-archive", "policy_arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}), json!({})));
                },
                Kind::Grant,
                &["aws_iam_role_policy_attachment.more policy_arn", "AmazonS3FullAccess"],
            ),
            (
                "a policy at the root",
                |plan| {
                    plan.push(("aws_iam_role_policy.more".to_owned(), json!({"role": "shop-archive", "policy": policy(&[(&["sqs:PurgeQueue"], "*")])}), json!({})));
                },
                Kind::Grant,
                &["aws_iam_role_policy.more policy", "sqs:PurgeQueue"],
            ),
            (
                "somebody may take the role",
                |plan| {
                    let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}});
                    values(plan, "function[\"archive\"].aws_iam_role.this")["assume_role_policy"] =
                        json!(trust.to_string());
                },
                Kind::Grant,
                &["assume_role_policy", "`AWS:*`"],
            ),
            (
                "the schedule may do more",
                |plan| {
                    values(plan, "schedule[0].aws_iam_role_policy")["policy"] =
                        json!(policy(&[(&["lambda:InvokeFunction"], "*")]));
                },
                Kind::Grant,
                &["schedule[0].aws_iam_role_policy.this", "wider"],
            ),
            (
                "a URL for what takes no requests",
                |plan| {
                    plan.push((
                        "aws_lambda_function_url.more".to_owned(),
                        json!({"function_name": "shop-sweep", "authorization_type": "NONE"}),
                        json!({}),
                    ));
                },
                Kind::Grant,
                &["aws_lambda_function_url.more", "`sweep` takes no requests"],
            ),
            (
                "anyone may call",
                |plan| {
                    plan.push((
                        "aws_lambda_permission.more".to_owned(),
                        json!({"function_name": "shop-sweep", "principal": "*"}),
                        json!({}),
                    ));
                },
                Kind::Grant,
                &["aws_lambda_permission.more principal"],
            ),
        ],
    );
}

#[test]
fn needs_that_nothing_grants_are_named() {
    each_is_named(
        &clean,
        &[
            (
                "no write",
                |plan| {
                    let less = policy(&[
                        (&["s3:GetObject"], "arn:aws:s3:::shop-photos/*"),
                        (&["s3:ListBucket"], "arn:aws:s3:::shop-photos"),
                        (&["sqs:SendMessage"], &sqs("shop-orders")),
                    ]);
                    values(plan, "function[\"archive\"].aws_iam_role_policy.this[\"needs\"]")["policy"] =
                        json!(less);
                },
                Kind::Missing,
                &[
                    "function[\"archive\"].aws_iam_role.this",
                    "store `small`",
                    "s3:PutObject",
                    "arn:aws:s3:::shop-small/*",
                ],
            ),
            (
                "only a part of the store",
                |plan| {
                    let less = policy(&[(&["s3:GetObject"], "arn:aws:s3:::shop-photos/in/*")]);
                    values(plan, "function[\"sweep\"].aws_iam_role_policy.this[\"needs\"]")["policy"] =
                        json!(less);
                },
                Kind::Missing,
                &["function[\"sweep\"]", "s3:GetObject", "arn:aws:s3:::shop-photos/*"],
            ),
        ],
    );
}
