//! The way to the host: name, proxy, certificate, clock.

use super::Check;
use crate::api::credentials::Credentials;
use crate::cli::advice;
use crate::cli::fetch::args::Fetch;
use crate::exit::{Advice, Exit};
use crate::net::fault::Fault;
use crate::net::probe::{self, Answer, Broken, Probe};
use crate::text::duration;
use crate::tr;
use crate::words::{Message, Worded};
use jiff::Timestamp;
use tokio::runtime::Runtime;

/// Seconds that clocks may differ.
const SMALL: i64 = 60;
/// Seconds from which on object stores refuse signatures.
const LARGE: i64 = 15 * 60;
/// Addresses of a host that are named.
const NAMED: usize = 3;
/// Days before the end of a certificate.
const SOON: i64 = 14;

/// Looks at the way to the host; whether it answers.
pub(super) fn check(credentials: &Credentials, args: &Fetch, runtime: &Runtime, checks: &mut Vec<Check>) -> bool {
    let url = &credentials.host;
    let probe = match runtime.block_on(probe::look(url, args.connect.silence().min(probe::PATIENCE))) {
        Ok(probe) => probe,
        Err(error) => {
            // A variable names no proxy, or certificates cannot be read: nothing can be sent.
            let why = tr!("doctor-no-connection");
            checks.push(Check::skipped("host", &why));
            let is_proxy = error.to_string().contains("proxy");
            let failed = |name| Check::bad(name, Exit::Remote, error.words(), tr!("doctor-correct-variable"));
            checks.push(if is_proxy { failed("proxy") } else { Check::skipped("proxy", &why) });
            checks.push(if is_proxy { Check::skipped("tls", &why) } else { failed("tls") });
            checks.push(Check::skipped("clock", why));
            return false;
        }
    };
    checks.push(host(credentials, &probe));
    checks.push(proxy(&probe));
    checks.push(tls(credentials, args, &probe));
    checks.push(match &probe.answer {
        Ok(answer) => clock(answer),
        Err(_) => Check::skipped("clock", tr!("doctor-no-answer")),
    });
    probe.answer.is_ok()
}

fn host(credentials: &Credentials, probe: &Probe) -> Check {
    let host = credentials.host.origin().ascii_serialization();
    let cure = || advice::words(Advice::CheckHost);
    let at = match &probe.addresses {
        None => None,
        Some(Err(reason)) => {
            return Check::bad("host", Exit::Remote, tr!("doctor-name", host, reason), cure());
        }
        Some(Ok(addresses)) => {
            Some(addresses.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    };
    match &probe.answer {
        Ok(answer) => {
            let time = duration(answer.took.as_secs_f64());
            let told = match at {
                Some(at) => tr!("doctor-host", host, at, time),
                None => tr!("doctor-host-by-proxy", host, time),
            };
            Check::good("host", told)
        }
        // What is wrong with TLS shows on a host that can be reached.
        Err(Broken::Fault(Fault::Certificate(_) | Fault::Tls(_))) => {
            Check::good("host", tr!("doctor-host-reached", host))
        }
        Err(Broken::Fault(Fault::Proxy { .. })) => Check::skipped("host", tr!("doctor-host-behind", host)),
        Err(Broken::Reason(reason)) => {
            Check::bad("host", Exit::Remote, tr!("doctor-host-broken", host, reason), cure())
        }
    }
}

/// The check that a fault belongs to, which has failed.
pub(super) fn of_fault(fault: &Fault) -> Check {
    let name = if matches!(fault, Fault::Proxy { .. }) { "proxy" } else { "tls" };
    Check::bad(name, Exit::Remote, Message::told(fault.to_string(), fault.words()), advice::words(fault.advice()))
}

fn proxy(probe: &Probe) -> Check {
    match (&probe.answer, &probe.proxy) {
        (Err(Broken::Fault(fault @ Fault::Proxy { .. })), _) => of_fault(fault),
        (_, Some(proxy)) => Check::good("proxy", proxy.clone()),
        (_, None) => Check::good("proxy", tr!("doctor-no-proxy")),
    }
}

fn tls(credentials: &Credentials, args: &Fetch, probe: &Probe) -> Check {
    if credentials.host.scheme() == "http" {
        return match credentials.is_exposed() {
            true => Check::doubtful("tls", tr!("doctor-plain"), tr!("doctor-give-https")),
            false => Check::good("tls", tr!("doctor-loopback")),
        };
    }
    let with_authorities = |told: Message| match args.connect.network.added() {
        Some(file) => told.then("; ", tr!("doctor-authorities", file)),
        None => told,
    };
    let answer = match &probe.answer {
        Err(Broken::Fault(fault @ (Fault::Certificate(_) | Fault::Tls(_)))) => {
            let check = of_fault(fault);
            return Check { detail: with_authorities(check.detail), ..check };
        }
        Err(_) => return Check::skipped("tls", tr!("doctor-no-answer")),
        Ok(answer) => answer,
    };
    let Some(issued) = &answer.certificate else {
        return Check::good("tls", with_authorities(tr!("doctor-accepted")));
    };
    let days = (issued.until.as_second() - Timestamp::now().as_second()) / 86_400;
    let day = issued.until.strftime("%Y-%m-%d");
    let detail = with_authorities(tr!("doctor-certificate", by = &*issued.by, day = day.to_string()));
    if days < SOON {
        Check::doubtful("tls", detail, advice::words(Advice::RenewCertificate))
    } else {
        Check::good("tls", detail)
    }
}

fn clock(answer: &Answer) -> Check {
    let Some((there, here)) = answer.clock else { return Check::skipped("clock", tr!("doctor-no-date")) };
    let ahead = here.as_second() - there.as_second();
    let time = duration(ahead.unsigned_abs() as f64);
    let told = if ahead > 0 { tr!("doctor-ahead", time) } else { tr!("doctor-behind", time) };
    let cure = advice::words(Advice::CheckClock);
    match ahead.abs() {
        // The header has whole seconds.
        apart if apart <= 2 => Check::good("clock", tr!("doctor-same-time")),
        apart if apart <= SMALL => Check::good("clock", told),
        apart if apart < LARGE => Check::doubtful("clock", told, cure),
        _ => Check::bad("clock", Exit::Remote, told.then(": ", tr!("doctor-too-far")), cure),
    }
}
