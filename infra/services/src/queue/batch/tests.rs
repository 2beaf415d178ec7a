//! How many messages become requests, and how their failures come back.

use std::sync::Mutex;

use proptest::prelude::*;

use super::*;

fn failed(text: &str) -> Error {
    Error::new(ErrorKind::Denied, "test", text)
}

fn numbered(sizes: &[usize]) -> Vec<(usize, usize)> {
    sizes.iter().copied().enumerate().collect()
}

#[test]
fn a_part_ends_before_it_has_too_many_or_too_much() {
    let cut = |sizes: &[usize]| {
        let parts = parts(numbered(sizes), 3, 10, |size| *size);
        parts.iter().map(|part| part.iter().map(|(at, _)| *at).collect()).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(cut(&[]), Vec::<Vec<usize>>::new());
    assert_eq!(cut(&[1, 1, 1, 1]), [vec![0, 1, 2], vec![3]]);
    assert_eq!(cut(&[6, 4, 1]), [vec![0, 1], vec![2]]);
    assert_eq!(cut(&[10, 10, 11, 0]), [vec![0], vec![1], vec![2], vec![3]]);
}

#[tokio::test]
async fn failures_keep_the_place_of_their_message_whatever_request_it_was_in() {
    let parts = vec![vec![(0, 'a'), (2, 'b')], vec![(3, 'c'), (7, 'd')]];
    let request = async |part: Vec<char>| match part[0] {
        'a' => Ok(vec![(1, failed("b"))]),
        _ => Err(failed("all")),
    };
    let failures = run("test", parts, false, request).await.unwrap();
    let places: Vec<_> = failures.iter().map(|(at, error)| (*at, error.to_string())).collect();
    let all = "test: all".to_owned();
    assert_eq!(places, [(2, "test: b".to_owned()), (3, all.clone()), (7, all)]);
}

#[tokio::test]
async fn nothing_through_is_an_error() {
    let parts = || vec![vec![(0, ())], vec![(1, ())]];
    let refuse = async |_| Err(failed("no"));
    assert_eq!(run("test", parts(), false, refuse).await.unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(run("test", parts(), true, refuse).await.unwrap_err().kind(), ErrorKind::Denied);
    assert!(run("test", Vec::<Vec<(usize, ())>>::new(), true, refuse).await.unwrap().is_empty());
}

#[tokio::test]
async fn where_order_counts_nothing_follows_a_failure() {
    let tried = Mutex::new(Vec::new());
    let request = async |part: Vec<usize>| {
        tried.lock().unwrap().push(part[0]);
        let failures = if part[0] == 1 { vec![(0, failed("no"))] } else { Vec::new() };
        Ok(failures)
    };
    let parts = (0..4).map(|at| vec![(at, at)]).collect();
    let failures = run("test", parts, true, request).await.unwrap();
    assert_eq!(*tried.lock().unwrap(), [0, 1]);
    let kinds: Vec<_> = failures.iter().map(|(at, error)| (*at, error.kind())).collect();
    let untried = ErrorKind::Unavailable;
    assert_eq!(kinds, [(1, ErrorKind::Denied), (2, untried), (3, untried)]);
}

proptest! {
    #[test]
    fn parts_hold_everything_once_in_order_within_the_limits(
        sizes in prop::collection::vec(0..20_usize, 0..60),
        count in 1..12_usize,
    ) {
        let parts = parts(numbered(&sizes), count, 20, |size| *size);
        for part in &parts {
            prop_assert!((1..=count).contains(&part.len()));
            prop_assert!(part.iter().map(|(_, size)| size).sum::<usize>() <= 20);
        }
        let all: Vec<_> = parts.into_iter().flatten().collect();
        prop_assert_eq!(all, numbered(&sizes));
    }
}
