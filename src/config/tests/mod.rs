//! What is accepted and what is refused, with an environment and a file as an operator would have.

mod durations;
mod mail;
mod renamed;

use figment::Jail;

use super::*;

/// Runs `prepare` in an empty folder with an empty environment, and returns the settings, or what is said against them.
fn settings(prepare: impl FnOnce(&mut Jail) -> figment::Result<()>) -> Result<Settings, String> {
    let mut loaded = Err(String::new());
    Jail::expect_with(|jail| {
        jail.clear_env();
        prepare(jail)?;
        loaded = Settings::load(None)
            .map(|(settings, _)| settings)
            .map_err(|error| format!("{error:#}"));
        Ok(())
    });
    loaded
}

fn load(prepare: impl FnOnce(&mut Jail) -> figment::Result<()>) -> Result<Config, String> {
    settings(prepare).map(|settings| settings.config)
}

/// What is said against a variable of the environment.
fn refusal(name: &str, value: &str) -> String {
    settings(|jail| {
        jail.set_env(name, value);
        Ok(())
    })
    .unwrap_err()
}

/// What is said against a file.
fn refusal_of_file(text: &str) -> String {
    settings(|jail| jail.create_file("Rocket.toml", text).map(drop)).unwrap_err()
}

#[test]
fn with_no_settings_at_all_everything_is_local() {
    let config = load(|_| Ok(())).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("data"));
    assert_eq!(config.limits.text_max, 2000);
    assert_eq!(config.registration, Registration::Open);
}

#[test]
fn the_environment_overrides_the_file() {
    let config = load(|jail| {
        jail.create_file(
            "Rocket.toml",
            "[default.app.limits]\ntext_max = 100\nlogin_max = 15",
        )?;
        jail.set_env("SHARED_SPACES_LIMITS__TEXT_MAX", "200");
        jail.set_env("SHARED_SPACES_REGISTRATION", "closed");
        Ok(())
    })
    .unwrap();
    assert_eq!(config.limits.text_max, 200);
    assert_eq!(config.limits.login_max, 15);
    assert_eq!(config.registration, Registration::Closed);
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    assert_eq!(
        refusal("SHARED_SPACES_LIMITS__TEXT_MAXIMUM", "200"),
        "The environment variable SHARED_SPACES_LIMITS__TEXT_MAXIMUM has no effect: there is no setting \
         limits.text_maximum: did you mean SHARED_SPACES_LIMITS__TEXT_MAX?"
    );
}

#[test]
fn a_table_of_another_profile_is_used_when_that_profile_is_chosen() {
    let config = load(|jail| {
        jail.create_file(
            "Rocket.toml",
            "[default.app]\ndata_dir = \"a\"\n[cellar.app]\ndata_dir = \"b\"",
        )?;
        jail.set_env("ROCKET_PROFILE", "cellar");
        Ok(())
    })
    .unwrap();
    assert_eq!(config.data_dir, PathBuf::from("b"));
}

#[test]
fn sqs_needs_the_address_of_the_queue_and_brings_its_workers_elsewhere() {
    let with_url = |url: Option<&str>| {
        load(|jail| {
            jail.set_env("SHARED_SPACES_PHOTOS__STORE", "s3");
            jail.set_env("SHARED_SPACES_PHOTOS__QUEUE", "sqs");
            url.into_iter()
                .for_each(|url| jail.set_env("SHARED_SPACES_PHOTOS__QUEUE_URL", url));
            Ok(())
        })
    };
    assert!(with_url(None).unwrap_err().contains("photos.queue_url"));
    let config = with_url(Some("https://sqs.example/1/photos.fifo")).unwrap();
    assert_eq!(config.photos.worker(), WorkerMode::External);
    assert_eq!(Config::default().photos.worker(), WorkerMode::Embedded);
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    for (key, value, name) in [
        ("SHARED_SPACES_LIMITS__TEXT_MIN", "3000", "limits.text_min"),
        (
            "SHARED_SPACES_LIMITS__PHOTO_BYTES",
            "0",
            "limits.photo_bytes",
        ),
        (
            "SHARED_SPACES_PUBLIC_URL",
            "spaces.example.org",
            "public_url",
        ),
        (
            "SHARED_SPACES_PUBLIC_URL",
            "https://example.org/spaces?x",
            "public_url",
        ),
        ("SHARED_SPACES_CORS_ORIGINS", "[\"*\"]", "cors_origins"),
        (
            "SHARED_SPACES_RATE_LIMITS__ACCOUNT_PER_HOUR",
            "0",
            "rate_limits.account_per_hour",
        ),
        (
            "SHARED_SPACES_TRUSTED_PROXIES",
            "[\"10.0.0.0/33\"]",
            "trusted_proxies",
        ),
        (
            "SHARED_SPACES_SESSIONS__LIFETIME",
            "0s",
            "sessions.lifetime",
        ),
        ("SHARED_SPACES_LIMITS__LOGIN_MAX", "257", "limits.login_max"),
        (
            "SHARED_SPACES_LIMITS__PASSWORD_MAX",
            "100000",
            "limits.password_max",
        ),
        ("SHARED_SPACES_PHOTOS__QUEUE", "sqs", "photos.store"),
        ("SHARED_SPACES_BACKUP__INTERVAL", "daily", "backup.interval"),
        (
            "SHARED_SPACES_BACKUP__INTERVAL",
            "24h",
            "backup.destination",
        ),
        ("SHARED_SPACES_BACKUP__RETAIN", "0", "backup.retain"),
        (
            "SHARED_SPACES_PHOTOS__MAX_ATTEMPTS",
            "0",
            "photos.max_attempts",
        ),
    ] {
        let refusal = refusal(key, value);
        assert!(
            refusal.starts_with("The setting ") && refusal.contains(name),
            "{refusal}"
        );
        let end = format!(" is set by the environment variable {key})");
        assert!(refusal.ends_with(&end), "{refusal}");
    }
}

#[test]
fn what_rocket_would_read_and_nobody_here_does_is_refused_with_what_does_instead() {
    for (key, value, instead) in [
        (
            "TLS",
            "{certs=\"a.pem\", key=\"b.pem\"}",
            "set tls.certificate and tls.key",
        ),
        ("TLS__CERTS", "a.pem", "set tls.certificate and tls.key"),
        ("MTLS", "{mandatory=true}", "a proxy in front of it can"),
        ("WORKERS", "4", "cores"),
        ("MAX_BLOCKING", "4", "cores"),
        ("KEEP_ALIVE", "5", "connections.header_timeout"),
        ("LIMITS", "{json=\"5MiB\"}", "limits.photo_bytes"),
        ("TEMP_DIR", "/tmp", "data_dir"),
        ("IP_HEADER", "X-Real-IP", "trusted_proxies"),
        ("SECRET_KEY", "abc", "data folder"),
        ("CLI_COLORS", "false", "NO_COLOR"),
        ("SHUTDOWN", "{grace=5, mercy=5}", "shutdown.grace"),
        ("SHUTDOWN__CTRLC", "false", "asked to"),
        ("ADRESS", "0.0.0.0", "did you mean ROCKET_ADDRESS?"),
        ("LOGLEVEL", "normal", "did you mean ROCKET_LOG_LEVEL?"),
        ("DATA_DIR", "/srv", "did you mean SHARED_SPACES_DATA_DIR?"),
        ("APP", "{data_dri=\"/srv\"}", "there is no setting data_dri"),
        ("QUITE_OTHER", "1", "there is no setting quite_other"),
    ] {
        let variable = format!("ROCKET_{key}");
        let said = refusal(&variable, value);
        assert!(
            said.starts_with(&format!(
                "The environment variable {variable} has no effect: "
            )) && said.contains(instead),
            "{said}"
        );
    }
}

#[test]
fn a_key_of_the_file_that_nobody_reads_is_refused_with_its_line() {
    for (text, said) in [
        (
            "\n[default.tls]\ncerts = \"a\"",
            "Rocket.toml, line 2: tls has no effect: set tls.certificate and tls.key, or tls.acme.enabled, in the table default.app",
        ),
        (
            "[default]\nport = 8000\nworkers = 3",
            "Rocket.toml, line 3: workers has no effect",
        ),
        (
            "[default]\nshutdown = { grace = 3, mercy = 3 }",
            "Rocket.toml, line 2: shutdown.mercy has no effect",
        ),
        (
            "[global]\nkeep_alive = 3",
            "Rocket.toml, line 2: keep_alive has no effect",
        ),
        (
            "[default]\nPort = 80",
            "there is no setting Port: did you mean port?",
        ),
        ("[default]\ndata_dir = \"a\"", "it belongs in [default.app]"),
        ("[default.app]\nport = 80", "it belongs in [default]"),
        (
            "[default.app]\n\nregistratoin = \"closed\"",
            "Rocket.toml, line 3: registratoin has no effect: there is no setting registratoin: did you mean registration?",
        ),
        (
            "[default.app.limit]\ntext_max = 5",
            "line 1: limit has no effect",
        ),
        (
            "[default.app.data_dir]\nis = \"a table\"",
            "line 2: data_dir.is has no effect",
        ),
        ("port = 80", "line 1: port is not a table"),
        ("[[default]]\nport = 80", "line 1: default is not a table"),
        ("[default]\napp = 5", "line 2: app is not a table"),
        ("[app]\ndata_dir = \"a\"", "write it as [default.app]"),
        ("[limits]\ntext_max = 5", "write it as [default.app.limits]"),
        ("[defualt.app]\ndata_dir = \"a\"", "did you mean [default]?"),
        ("[default.app\n", "Rocket.toml, line 1: this isn't TOML"),
        (
            "[default.app.limits]\ntext_max = \"many\"",
            "The setting limits.text_max must be a whole number of 0 or more, not 'many' (limits.text_max is set in Rocket.toml, line 2)",
        ),
    ] {
        let refusal = refusal_of_file(text);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn all_that_has_no_effect_is_told_at_once() {
    let said = refusal_of_file("[default]\nworkers = 3\n[default.app]\ndata = \"a\"");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn another_profile_is_its_own_business_until_it_is_chosen() {
    let file = "[default]\nport = 1\n[cellar]\nworkers = 3";
    let with = |profile: Option<&str>| {
        settings(|jail| {
            jail.create_file("Rocket.toml", file)?;
            profile
                .into_iter()
                .for_each(|profile| jail.set_env("ROCKET_PROFILE", profile));
            Ok(())
        })
    };
    assert_eq!(with(None).unwrap().listener.port, 1);
    assert!(
        with(Some("cellar"))
            .unwrap_err()
            .contains("line 4: workers has no effect")
    );
    assert!(
        with(Some("celler"))
            .unwrap_err()
            .contains("there is no table [celler] in Rocket.toml")
    );
    assert!(with(Some("release")).is_ok());
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let said = refusal("ROCKET_CONFIG", "settings.toml");
    assert_eq!(
        said,
        "The environment variable ROCKET_CONFIG names the file settings.toml, which doesn't exist"
    );
    let listener = settings(|jail| {
        jail.create_file("settings.toml", "[default]\nport = 7")?;
        jail.set_env("ROCKET_CONFIG", "settings.toml");
        Ok(())
    });
    assert_eq!(listener.unwrap().listener.port, 7);
}

#[test]
fn what_has_an_effect_is_taken_from_both() {
    let in_file = "[default]\naddress = \"0.0.0.0\"\nport = 80\nlog_level = \"debug\"\nident = false\n[default.shutdown]\ngrace = 7";
    let listener = settings(|jail| jail.create_file("Rocket.toml", in_file).map(drop))
        .unwrap()
        .listener;
    assert_eq!(listener.address.to_string(), "0.0.0.0");
    assert_eq!((listener.port, listener.shutdown.grace), (80, 7));
    assert_eq!(String::from(listener.log_level), "debug");
    let listener = settings(|jail| {
        jail.create_file("Rocket.toml", in_file)?;
        jail.set_env("ROCKET_ADDRESS", "::1");
        jail.set_env("ROCKET_PORT", "81");
        jail.set_env("ROCKET_LOG_LEVEL", "critical");
        jail.set_env("ROCKET_SHUTDOWN__GRACE", "8");
        Ok(())
    });
    let listener = listener.unwrap().listener;
    assert_eq!(listener.address.to_string(), "::1");
    assert_eq!((listener.port, listener.shutdown.grace), (81, 8));
    assert_eq!(String::from(listener.log_level), "warn");
    let listener = settings(|jail| {
        jail.set_env("ROCKET_SHUTDOWN", "{grace=9}");
        Ok(())
    });
    assert_eq!(listener.unwrap().listener.shutdown.grace, 9);
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_in_words_with_the_whole_name_of_its_variable() {
    for (key, value, said) in [
        (
            "SHARED_SPACES_LIMITS__TEXT_MAX",
            "many",
            "limits.text_max must be a whole number of 0 or more, not 'many'",
        ),
        (
            "SHARED_SPACES_LIMITS__TEXT_MAX",
            "-1",
            "limits.text_max must be a whole number of 0 or more, not -1",
        ),
        (
            "SHARED_SPACES_LIMITS",
            "{text_max=\"many\"}",
            "limits.text_max must be a whole number of 0 or more, not 'many'",
        ),
        (
            "SHARED_SPACES_LIMITS",
            "many",
            "limits must be a table, not 'many'",
        ),
        (
            "SHARED_SPACES_REGISTRATION",
            "perhaps",
            "registration must be open, invite or closed, not 'perhaps'",
        ),
        (
            "SHARED_SPACES_EXPECT_DATA",
            "yes",
            "expect_data must be true or false, not 'yes'",
        ),
        (
            "SHARED_SPACES_CORS_ORIGINS",
            "https://a.example",
            "cors_origins must be a list, such as [\"one\", \"another\"], not 'https://a.example'",
        ),
        (
            "SHARED_SPACES_PHOTOS__BUCKET",
            "123",
            "photos.bucket must be a text, not 123: write it with quotes",
        ),
        (
            "SHARED_SPACES_PHOTOS__STORE",
            "disk",
            "photos.store must be local or s3, not 'disk'",
        ),
        (
            "ROCKET_ADDRESS",
            "localhost",
            "address must be an IP address",
        ),
        (
            "ROCKET_PORT",
            "70000",
            "port must be a whole number from 0 to 65535, not 70000",
        ),
        (
            "ROCKET_PORT",
            "http",
            "port must be a whole number from 0 to 65535, not 'http'",
        ),
        (
            "ROCKET_LOG_LEVEL",
            "loud",
            "log_level must be off, critical, normal or debug, not 'loud'",
        ),
        (
            "ROCKET_SHUTDOWN__GRACE",
            "long",
            "shutdown.grace must be a whole number from 0 to 4294967295, not 'long'",
        ),
    ] {
        let refusal = refusal(key, value);
        assert!(
            refusal.starts_with(&format!("The setting {said}")),
            "{refusal}"
        );
        assert!(
            refusal.ends_with(&format!(" is set by the environment variable {key})")),
            "{refusal}"
        );
    }
}

#[test]
fn clients_of_the_original_bring_their_limits_and_what_is_set_goes_over_them() {
    let config = load(|jail| {
        jail.create_file("Rocket.toml", "[default.app.limits]\nlogin_max = 20")?;
        jail.set_env("SHARED_SPACES_COMPATIBILITY__ORIGINAL_CLIENTS", "true");
        jail.set_env("SHARED_SPACES_LIMITS__TEXT_MAX", "2000");
        Ok(())
    })
    .unwrap();
    let limits = config.limits;
    assert!(config.compatibility.original_clients);
    assert_eq!((limits.login_min, limits.login_max), (3, 20));
    assert_eq!((limits.password_min, limits.password_max), (3, 99_999));
    assert_eq!((limits.space_name_min, limits.space_name_max), (3, 15));
    assert_eq!((limits.text_min, limits.text_max), (3, 2000));
    // What is usual counts as set too.
    let config = load(|jail| {
        jail.create_file(
            "Rocket.toml",
            "[default.app]\ncompatibility.original_clients = true\nlimits.login_min = 2",
        )
        .map(drop)
    });
    assert_eq!(config.unwrap().limits.login_min, 2);
    let refusal = refusal("SHARED_SPACES_COMPATIBILITY__ORIGINAL_CLIENTS", "yes");
    assert!(
        refusal.contains("compatibility.original_clients") && refusal.contains("true or false"),
        "{refusal}"
    );
}

#[test]
fn what_cannot_be_used_is_told_at_once_each_with_where_it_was_set() {
    let said = settings(|jail| {
        jail.create_file(
            "Rocket.toml",
            "[default]\nport = \"8000\"\n[default.app]\nregistration = 1\nlimits = [1, 2]\n",
        )?;
        jail.set_env("SHARED_SPACES_BACKUP__INTERVAL", "24");
        jail.set_env("SHARED_SPACES_CORS_ORIGINS", "[1]");
        jail.set_env("ROCKET_APP__DATA_DIR", "5");
        Ok(())
    });
    let said = said.unwrap_err();
    for words in [
        "port must be a whole number from 0 to 65535, not '8000': write it without quotes (port is set in Rocket.toml, line 2)",
        "registration must be open, invite or closed, not 1 (registration is set in Rocket.toml, line 4)",
        "limits must be a table, not a list (limits is set in Rocket.toml, line 5)",
        "backup.interval must be a time with its unit, such as 60s, 24h or 7days, not 24 (backup.interval is set by the \
         environment variable SHARED_SPACES_BACKUP__INTERVAL)",
        "cors_origins.0 must be a text, not 1: write it with quotes that are part of the value, as in '\"123\"' (cors_origins is \
         set by the environment variable SHARED_SPACES_CORS_ORIGINS)",
        "data_dir is set by the environment variable ROCKET_APP__DATA_DIR)",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(said.lines().count(), 6, "{said}");
}

#[test]
fn values_that_would_fail_only_later_are_refused_at_the_start() {
    for row in [
        "DATA_DIR= => must name a folder",
        "PUBLIC_URL=https:// => must be like https://spaces.example.org",
        "PHOTOS__QUEUE_URL=photos => must be the address of the queue",
        "PHOTOS__QUEUE_URL=https://sqs.example => must be the address of the queue",
        "PHOTOS__TEMP_BUCKET= => must be 3 or more letters",
        "PHOTOS__TEMP_BUCKET=a b c => must be 3 or more letters",
        "PHOTOS__BUCKET_PREFIX= => must be 1 or more letters",
        "PHOTOS__PREVIEW_BUCKET=shared-spaces-temp => must name different buckets",
        "BACKUP__INTERVAL=1000000000000years => must be a time with its unit",
        "CONNECTIONS__MAX_CONNECTIONS=18446744073709551615 => at most 1000000",
        "CONNECTIONS__MAX_UPLOADS=0 => must be above 0",
        "LIMITS__PHOTO_BYTES=18446744073709551615 => at most 1099511627776",
        "LIMITS__TEXT_MAX=18446744073709551615 => at most 1000000",
        "SESSIONS__LIFETIME=4294967295days => must be from 1day to 100years, not",
        "LIMITS__TEXT_MIN=3000 => it is 3000, and limits.text_max is 2000",
        "LIMITS__TEXT_MAX=\"200\" => not '200': write it without quotes",
        "LIMITS__TEXT_MAX=200.0 => not 200.0",
        "TRUSTED_PROXIES=127.0.0.1 => write it in quotes, between [ and ]",
    ] {
        let (set, words) = row.split_once(" => ").unwrap();
        let (key, value) = set.split_once('=').unwrap();
        let refusal = refusal(&format!("SHARED_SPACES_{key}"), value);
        assert!(refusal.contains(words), "{row}: {refusal}");
    }
    let said = refusal("ROCKET_IDENT", "true");
    assert!(
        said.contains("must be a single line of text, or false"),
        "{said}"
    );
}

#[test]
fn a_variable_that_begins_almost_like_ours_is_refused_and_one_of_a_cluster_is_nobodys() {
    assert_eq!(
        refusal("SHAREDSPACES_DATA_DIR", "/srv"),
        "The environment variable SHAREDSPACES_DATA_DIR has no effect: did you mean SHARED_SPACES_DATA_DIR?"
    );
    let said = refusal("SHARED_SPACES_", "1");
    assert!(
        said.contains("it ends without the name of a setting"),
        "{said}"
    );
    let config = load(|jail| {
        jail.set_env("SHARED_SPACES_SERVICE_HOST", "10.0.0.1");
        jail.set_env("SHARED_SPACES_PORT", "tcp://10.0.0.1:8000");
        jail.set_env("SHARED_SPACES_PORT_8000_TCP_ADDR", "10.0.0.1");
        jail.set_env("SHARED_SPACES_LIMITS__TEXT_MAX", "5");
        Ok(())
    });
    assert_eq!(config.unwrap().limits.text_max, 5);
    let said = refusal("SHARED_SPACES_PORT", "80");
    assert!(said.contains("did you mean ROCKET_PORT?"), "{said}");
}

#[test]
fn what_stands_instead_of_the_file_and_is_none_is_refused() {
    let said = settings(|jail| jail.create_dir("Rocket.toml").map(drop)).unwrap_err();
    assert!(
        said.contains("Rocket.toml should be the settings file"),
        "{said}"
    );
    let said = settings(|jail| {
        jail.create_dir("settings")?;
        jail.set_env("ROCKET_CONFIG", "settings");
        Ok(())
    });
    let said = said.unwrap_err();
    assert!(
        said.contains("names settings, which is a folder and not a file"),
        "{said}"
    );
    let said = settings(|jail| {
        let text = b"\xff\xfe[\0d\0";
        std::fs::write(jail.directory().join("Rocket.toml"), text).unwrap();
        Ok(())
    });
    assert!(said.unwrap_err().contains("must be UTF-8 text"));
}

#[test]
fn a_file_is_mended_by_what_is_said_of_it() {
    for (text, words) in [
        (
            "[default]\naddress = 0.0.0.0",
            "line 2: this isn't TOML: invalid float, expected nothing; text needs quotes",
        ),
        (
            "[default.app]\n\"limits.text_max\" = 5",
            "write limits.text_max without any",
        ),
        (
            "[default.app]\nLIMITS = { text_max = 5 }",
            "did you mean limits?",
        ),
        (
            "[[default.app.photos]]\nqueue = \"sqs\"",
            "photos must be a table, not a list",
        ),
    ] {
        let said = refusal_of_file(text);
        assert!(said.contains(words), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
