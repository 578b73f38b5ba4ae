// What the server answers, as `schemas.json` has it. Written by `npm run types`, not by hand.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The response to signing in. */
        AccessToken: {
            /** @example dGhpcyBpcyBhbiBleGFtcGxl */
            access_token: string;
        };
        /** @description An invitation to an account, with its link. */
        AccountInvitation: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            id: components["schemas"]["Id"];
            /**
             * @description The link as a QR code, an SVG image.
             * @example <svg/>
             */
            qr: string;
            /**
             * Format: uri
             * @example http://localhost:8000/app/password-reset#dGhpcyBpcyBhbiBleGFtcGxl
             */
            url: string;
            /** @example 1 */
            uses_left: number;
        };
        /** @description The backups that this server makes. */
        Backups: {
            /** @description What is at the destination, the newest first, at most 100. */
            archives: {
                /** @description Whether its database was damaged when it was made. */
                is_damaged: boolean;
                /**
                 * Format: date-time
                 * @example 2026-05-17T09:30:00.250Z
                 */
                made_at: string;
                /** @example shared-spaces-20251124T160000Z.tar.zst */
                name: string;
            }[];
            /**
             * @description Where they go; null if the settings name no place.
             * @example /mnt/disk/spaces
             */
            destination: string | null;
            /**
             * @description How often one is made; null if none is made on its own.
             * @example 86400
             */
            interval_seconds: number | null;
            /** @description The last one since the start of this server. */
            last_backup: {
                /**
                 * Format: date-time
                 * @example 2026-05-17T09:30:00.250Z
                 */
                at: string;
                /**
                 * @description What was done, or why it wasn't.
                 * @example Backed up the database and 7 photos
                 */
                message: string;
                succeeded: boolean;
            } | null;
            /** @description The last verification since the start of this server. */
            last_verification: {
                /**
                 * Format: date-time
                 * @example 2026-05-17T09:30:00.250Z
                 */
                at: string;
                /**
                 * @description What was done, or why it wasn't.
                 * @example Backed up the database and 7 photos
                 */
                message: string;
                succeeded: boolean;
            } | null;
            /**
             * Format: date-time
             * @description When the next backup is due, if that is known.
             * @example 2026-05-17T09:30:00.250Z
             */
            next_at: string | null;
            /**
             * @description How many archives are kept.
             * @example 7
             */
            retain: number;
            /**
             * @description What is running now.
             * @enum {string|null}
             */
            running: "backup" | "verification" | null;
            /** @description Why the destination can't be read, if it can't. */
            unreadable: string | null;
        };
        /** @description What a check has found, as `shared-spaces doctor` says it. */
        CheckOutcome: {
            /**
             * @description A stable identifier for programs, independent of the sentence.
             * @example photos_failed
             * @enum {string}
             */
            code: "backup_of_the_future" | "backup_overdue" | "backups_by_hand" | "backups_unreadable" | "bucket_unused" | "can_listen" | "cannot_listen" | "certificate_ended" | "certificate_ends_soon" | "certificate_not_ordered" | "certificate_not_ordered_yet" | "certificate_unusable" | "certificate_valid" | "checks_too_slow" | "clock_behind_database" | "damaged_archives" | "data_folder_not_writable" | "data_folder_refused" | "data_folder_writable" | "database_damaged" | "database_intact" | "database_to_upgrade" | "database_too_new" | "database_unreadable" | "dead_letters" | "dead_letters_unreadable" | "disk_free" | "disk_nearly_full" | "disk_refuses_photos" | "doubtful_logins" | "failed_photos_unreadable" | "heic_bounded" | "heic_fenced" | "heic_fenced_from_files" | "heic_not_decoded" | "heic_only_deadline" | "last_backup" | "listener_refused" | "mail_server_reached" | "mail_server_takes_password" | "mail_server_unusable" | "no_backup_configured" | "no_backup_yet" | "no_data_folder" | "no_database_needed" | "no_database_yet" | "no_dead_letter_queue" | "no_dead_letters" | "no_photo_failed" | "ordered_certificate_ended" | "ordered_certificate_lacks_names" | "ordered_certificate_valid" | "photo_folder_refused" | "photo_folder_unusable" | "photo_folder_works" | "photos_damaged" | "photos_failed" | "photos_intact" | "photos_not_deleted" | "photos_sample_intact" | "photos_unchecked" | "posters_made" | "posters_not_fenced" | "posters_not_run" | "posters_off" | "posters_program_missing" | "posters_without_ffmpeg" | "proxy_untrusted" | "push_contact_missing" | "queue_unusable" | "queue_url_unused" | "registration_open" | "renditions_made" | "renditions_not_made" | "renditions_not_run" | "renditions_off" | "renditions_pale" | "renditions_without_ffmpeg" | "restored_copy" | "restored_unreadable" | "s3_clock_ahead" | "s3_clock_behind" | "s3_link_fails" | "s3_link_not_signed" | "s3_link_only_here" | "s3_link_works" | "s3_objects_fail" | "s3_objects_work" | "s3_objects_work_one_by_one" | "s3_previews_fail" | "s3_previews_work" | "s3_previews_work_one_by_one" | "s3_reachable" | "s3_settings_unused" | "s3_space_bucket_unusable" | "s3_unusable" | "server_near_quota" | "server_running" | "setting_refused" | "settings_valid" | "spaces_near_quota" | "sqlite_as_measured" | "sqlite_not_as_measured" | "sqlite_unusable" | "sqs_address_contradicts" | "sqs_fifo" | "sqs_hides_briefly" | "sqs_standard" | "sqs_unreachable" | "store_unusable" | "unix_socket_untrusted" | "users_near_quota";
            /**
             * @description What was found and, unless it is well, what to do.
             * @example No photo has failed
             */
            message: string;
            /** @description The values in the sentence, so that a client can word it itself; `x-codes` lists those of each code. */
            params: {
                /** @description Where the server listens. */
                address?: string;
                /**
                 * @description What to do about the error, if it shows that.
                 * @enum {string}
                 */
                advice?: "check_endpoint" | "check_access_key" | "check_secret_key" | "set_clock" | "wait_for_throttling" | "compare_policy" | "check_queue" | "check_region" | "set_credentials" | "check_network" | "check_slow_network" | "restore_backup" | "use_owner" | "free_space";
                /** @description How many archives. */
                archives?: number;
                /** @description How many attempts. */
                attempts?: number;
                /** @description The bucket in S3. */
                bucket?: string;
                /** @description By how much the clock is off. */
                by_seconds?: number;
                /** @description Photos of another length, or with other bytes, than were stored. */
                changed?: number;
                /**
                 * Format: date-time
                 * @description The time on the clock of the machine.
                 */
                clock_at?: string;
                /** @description The days until its end. */
                days?: number;
                /** @description Where backups are kept. */
                destination?: string;
                /**
                 * Format: date-time
                 * @description When the first of them was due.
                 */
                due_at?: string;
                /**
                 * Format: date-time
                 * @description When the certificate ends.
                 */
                ends_at?: string;
                /** @description The error, in the words of whatever reported it, such as the system, and in English. */
                error?: string;
                /**
                 * Format: date-time
                 * @description When the certificate couldn't be ordered.
                 */
                failed_at?: string;
                /** @description The folder. */
                folder?: string;
                /** @description How much of the disk is free. */
                free_bytes?: number;
                /** @description The archive that was restored. */
                from?: string;
                /** @description For how long the queue hides a photo from other workers. */
                hidden_seconds?: number;
                /** @description The name of the host. */
                host?: string;
                /** @description The time between backups. */
                interval_seconds?: number;
                /**
                 * Format: date-time
                 * @description When the last backup was made.
                 */
                last_at?: string;
                /** @description The logins, each with the code and params of its refusal, or `looks_like` and the `login` that it looks like. */
                logins?: Record<string, never>[];
                /** @description The quota. */
                max_bytes?: number;
                /** @description Photos that are missing from the store. */
                missing?: number;
                /** @description The names that the certificate is to be for. */
                names?: string[];
                /** @description The newest schema that this version knows. */
                newest?: number;
                /** @description How many photos. */
                photos?: number;
                /** @description The port. */
                port?: number;
                /** @description The path of ffmpeg. */
                program?: string;
                /**
                 * @description The setting photos.queue.
                 * @enum {string}
                 */
                queue?: "local" | "sqs";
                /** @description The address of the queue in SQS. */
                queue_url?: string;
                /** @description The region of S3. */
                region?: string;
                /** @description The schema of the database. */
                schema?: number;
                /** @description The names of settings. */
                settings?: string[];
                /** @description How many spaces. */
                spaces?: number;
                /**
                 * @description The setting photos.store.
                 * @enum {string}
                 */
                store?: "local" | "s3";
                /** @description How many photos there are. */
                total?: number;
                /** @description Photos that can't be read. */
                unreadable?: number;
                /** @description How much is used of the quota. */
                used_bytes?: number;
                /** @description How many users. */
                users?: number;
                /** @description What the server of a restored data folder leaves to that of the original. */
                without?: ("backups" | "s3" | "sqs" | "mail" | "push")[];
                /**
                 * @description The setting photos.worker.
                 * @enum {string}
                 */
                worker?: "embedded" | "external";
                /**
                 * Format: date-time
                 * @description When the database was written.
                 */
                written_at?: string;
            };
            /**
             * @description How bad it is.
             * @enum {string}
             */
            severity: "ok" | "warning" | "error";
        };
        /** @description A comment on a share. */
        Comment: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When its text was changed last; null if it never was.
             * @example 2026-05-17T09:30:00.250Z
             */
            edited_at: string | null;
            id: components["schemas"]["Id"];
            /** @description The members who are named in the text, by `@` and their login. */
            mentions: components["schemas"]["User"][];
            /** @description In the order of their first use. */
            reactions: components["schemas"]["ReactionCount"][];
            /** @example What a sight! */
            text: string;
            user: components["schemas"]["User"];
        };
        /** @description The comments that a share shows. */
        Conversation: {
            /** @description How many there are. */
            count: number;
            /** @description The last two, the older one first. */
            latest: components["schemas"]["Comment"][];
        };
        /** @description A feed of a space, for one member. */
        Feed: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            id: components["schemas"]["Id"];
        };
        /** @description A feed with its address, which is returned only once. */
        FeedWithAddress: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            id: components["schemas"]["Id"];
            /**
             * Format: uri
             * @example http://localhost:8000/feeds/dGhpcyBpcyBhbiBleGFtcGxl
             */
            url: string;
        };
        /**
         * Format: int64
         * @example 1
         */
        Id: number;
        /** @description What is known of a photo. */
        Image: {
            /** @example true */
            animated: boolean;
            /** @example 400 */
            height: number;
            /** @description The id of this photo; a photo that replaces it has another one. */
            id: components["schemas"]["Id"];
            /**
             * @description A ThumbHash in base64; null until the preview is made.
             * @example 3OcRJYB4d3h/iIeHeEh3eIhw+j3A
             */
            placeholder: string | null;
            /** @description Previews of the photo, to show before the photo itself. */
            previews: {
                large: components["schemas"]["Preview"];
                small: components["schemas"]["Preview"];
            };
            /** @example 400 */
            width: number;
        };
        /** @description A photo of a space, and the share that it belongs to. */
        ImageInList: {
            image: components["schemas"]["Image"] | null;
            /**
             * Format: uri
             * @description For a video, its poster; null if it has none.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            image_url: string | null;
            media: components["schemas"]["Medium"];
            share_id: components["schemas"]["Id"];
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            timestamp: string;
            user: components["schemas"]["User"];
        };
        /** @description An invitation, as the admins of its space see it. */
        Invitation: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /** @description Its creator; null if it was created on the command line. */
            created_by: components["schemas"]["User"] | null;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            id: components["schemas"]["Id"];
            /** @description Whether its link still works: it doesn't once its creator is no longer an admin there, nor while their account is disabled. */
            is_valid: boolean;
            /**
             * @description The role of those who join by a link.
             * @enum {string}
             */
            role: "member" | "admin";
            /** @example 1 */
            uses_left: number;
        };
        /** @description What the link of an invitation offers. */
        InvitationPreview: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            /**
             * @description The login of its creator.
             * @example ann
             */
            invited_by: string | null;
            /**
             * @description The role of those who join by a link.
             * @enum {string}
             */
            role: "member" | "admin";
            space: components["schemas"]["Space"] | null;
        };
        /** @description An invitation with its link, which is returned only once. */
        InvitationWithLink: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /** @description Its creator; null if it was created on the command line. */
            created_by: components["schemas"]["User"] | null;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            id: components["schemas"]["Id"];
            /** @description Whether its link still works: it doesn't once its creator is no longer an admin there, nor while their account is disabled. */
            is_valid: boolean;
            /**
             * @description The link as a QR code, an SVG image.
             * @example <svg/>
             */
            qr: string;
            /**
             * @description The role of those who join by a link.
             * @enum {string}
             */
            role: "member" | "admin";
            /**
             * Format: uri
             * @example http://localhost:8000/app/invitation#dGhpcyBpcyBhbiBleGFtcGxl
             */
            url: string;
            /** @example 1 */
            uses_left: number;
        };
        /** @description The newest share of a space. */
        LatestShare: {
            /** @example true */
            has_photo: boolean;
            id: components["schemas"]["Id"];
            /** @example Nice weather */
            text: string;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            timestamp: string;
            user: components["schemas"]["User"];
        };
        /** @description A line of the log of what operators have done. */
        LogLine: {
            /**
             * @description The login of the user or the name of the space that it is about, as it was then.
             * @example bob
             */
            about: string | null;
            /**
             * Format: int64
             * @description The id of the user or the space.
             * @example 2
             */
            about_id: number | null;
            /**
             * @example account_disabled
             * @enum {string}
             */
            action: "account_made" | "account_disabled" | "account_enabled" | "account_removed" | "operator_granted" | "operator_revoked" | "password_reset" | "reset_link_made" | "sessions_ended" | "user_quota_changed" | "invitation_made" | "invitation_revoked" | "space_transferred" | "space_quota_changed" | "space_removed" | "photos_retried" | "backup_started" | "verification_started" | "backup_made" | "keys_rotated" | "orphans_deleted" | "photos_moved";
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            at: string;
            /**
             * @description What was chosen: a quota, a login, an id of an invitation, a number of photos, an archive.
             * @example 1000000
             */
            detail: string | null;
            /** Format: int64 */
            id: number;
            /**
             * @description The login of the operator; null on the command line.
             * @example ann
             */
            who: string | null;
        };
        /** @description The current user, as they see themselves. */
        Me: {
            /**
             * Format: uri
             * @description Their picture, a square JPEG of at most 400 by 400 pixels; null if they have none.
             * @example http://localhost:8000/avatars/0123456789abcdef?expires=1800014400&signature=c2lnbmF0dXJl
             */
            avatar_url: string | null;
            /**
             * @description How often what is new comes by mail, from the spaces for which that was chosen: every morning, on Mondays, or not at all.
             * @enum {string}
             */
            digest: "daily" | "weekly" | "never";
            /**
             * Format: email
             * @description Where mail for them goes; null until they have confirmed an address.
             * @example ann@example.org
             */
            email: string | null;
            /**
             * @description Why the last mail was refused for good, as the mail server says it; null if it wasn't. No digest is sent then.
             * @example 550 No such user
             */
            email_refused: string | null;
            id: components["schemas"]["Id"];
            /**
             * @description Whether they may look after the installation, on the operator's page.
             * @example false
             */
            is_operator: boolean;
            /**
             * @description The language that they have chosen to be written to in; null if that is the language of each device.
             * @enum {string|null}
             */
            language: "en" | "de" | null;
            /** @example ann */
            login: string;
            /**
             * @description The name that people are shown: one that the user has chosen, or else the login.
             * @example Ann Miller
             */
            name: string;
            /** @description When no push messages are sent to them, by the clock in their time zone; null if they want no quiet hours. */
            quiet_hours: components["schemas"]["QuietHours"] | null;
            /** @description What they have shared, in whatever space, and their uploads. */
            storage: components["schemas"]["Storage"];
            /**
             * @description The IANA name of the time zone that they have chosen for their quiet hours; null if that is the time zone of each device.
             * @example Europe/Vienna
             */
            time_zone: string | null;
            /**
             * Format: email
             * @description Where it is to go once they have confirmed it, by a link that was sent there.
             * @example ann@example.com
             */
            unconfirmed_email: string | null;
            /**
             * Format: int64
             * @description How many of their notices they haven't read; 100 stands for that many or more.
             * @example 3
             */
            unread_notices: number;
        };
        /** @description A photo of a share. */
        Medium: {
            /** @example true */
            animated: boolean;
            /**
             * @description The caption that its sharer gave it.
             * @example At the lake
             */
            caption: string | null;
            /**
             * Format: double
             * @description Null for a photo, and for a video that doesn't state its duration.
             * @example 2.5
             */
            duration_seconds: number | null;
            /** @example 400 */
            height: number;
            /** @description The id of this photo; a photo that replaces it has another one. */
            id: components["schemas"]["Id"];
            /**
             * @description The kind of a medium.
             * @enum {string}
             */
            kind: "photo" | "video";
            /**
             * @description A ThumbHash in base64; null until the preview is made.
             * @example 3OcRJYB4d3h/iIeHeEh3eIhw+j3A
             */
            placeholder: string | null;
            /**
             * Format: uri
             * @description The picture that is shown until a video plays. Null for a photo, and for a video without one, whose preview links then
             *     return 404.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            poster_url: string | null;
            /** @description Previews of the photo, to show before the photo itself. */
            previews: {
                large: components["schemas"]["Preview"];
                small: components["schemas"]["Preview"];
            };
            /**
             * Format: uri
             * @description The same video as every browser plays it: H.264 and AAC in an MP4 of at most 1920 by 1080 pixels. Null for a photo, for a
             *     video that needs none or that none can be made of, and until it is made.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            rendition_url: string | null;
            /**
             * @description As a clock showed it where the photo was taken; with a zone only where somebody has said it.
             * @example 2019-07-14T15:30:00
             */
            taken_at: string | null;
            /**
             * Format: uri
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            url: string;
            /** @example 400 */
            width: number;
        };
        /** @description A member of a space. */
        Member: {
            /**
             * @description Whether they are an admin of the space.
             * @example true
             */
            is_admin: boolean;
            user: components["schemas"]["User"];
        };
        /** @description What the current user is told of. */
        Notice: {
            /** @description The comment that it is about; null if it isn't about one. */
            comment_id: components["schemas"]["Id"] | null;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * @description The beginning of the text of the comment or share, up to 200 characters; null of a `join`.
             * @example What a sight!
             */
            excerpt: string | null;
            id: components["schemas"]["Id"];
            is_read: boolean;
            /**
             * @description `mention`: a share or comment mentions me; `comment`: on a share of mine; `reply`: a comment on a share that I have commented
             *     on; `join`: somebody has joined a space that I am an admin of.
             * @enum {string}
             */
            kind: "mention" | "comment" | "reply" | "join";
            /** @description The share that it is about; null of a `join`. */
            share_id: components["schemas"]["Id"] | null;
            space: components["schemas"]["Space"];
            /** @description Who has done it. */
            user: components["schemas"]["User"];
        };
        /** @description How the current user is told of a space. */
        NoticeSettings: {
            /** @description Whether what is new there is in the digests by mail. */
            email: boolean;
            /**
             * @description `all`: everything that others share and say; `mentions`: what concerns them; `none`: nothing, also in the inbox.
             * @enum {string}
             */
            level: "all" | "mentions" | "none";
            /** @description On their devices. */
            push: boolean;
        };
        /** @description A space alone: who is in it and how much, and nothing of what is shared there. */
        OperatedSpace: {
            /**
             * Format: int64
             * @description Of photos and videos, without previews.
             */
            bytes: number;
            /** Format: int64 */
            comments: number;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * @description Whether it was set for this one alone, whatever the settings say.
             * @example true
             */
            has_own_quota: boolean;
            id: components["schemas"]["Id"];
            /**
             * @description The quota; null if there is none.
             * @example 10000000000
             */
            max_bytes: number | null;
            members: components["schemas"]["OperatorsMember"][];
            /** @example Family */
            name: string;
            /** Format: int64 */
            photos: number;
            /** Format: int64 */
            shares: number;
            /** @example 734003200 */
            used_bytes: number;
            /** Format: int64 */
            videos: number;
        };
        /** @description An account, as operators see it. */
        OperatorsAccount: {
            /**
             * Format: date-time
             * @description Since when it can't be used; null if it can.
             * @example 2026-05-17T09:30:00.250Z
             */
            disabled_at: string | null;
            /**
             * @description Whether it was set for this one alone, whatever the settings say.
             * @example true
             */
            has_own_quota: boolean;
            id: components["schemas"]["Id"];
            /** @example false */
            is_operator: boolean;
            /** @example ann */
            login: string;
            /**
             * @description The quota; null if there is none.
             * @example 10000000000
             */
            max_bytes: number | null;
            /** @example Ann Miller */
            name: string;
            /**
             * Format: int64
             * @description How many spaces they are in.
             * @example 3
             */
            spaces: number;
            /** @example 734003200 */
            used_bytes: number;
        };
        /** @description A member of it. */
        OperatorsMember: {
            is_admin: boolean;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            joined_at: string;
            user: components["schemas"]["OperatorsPerson"];
        };
        /** @description A user as operators see them: without links, which the command line has no address for. */
        OperatorsPerson: {
            id: components["schemas"]["Id"];
            /** @example ann */
            login: string;
            /** @example Ann Miller */
            name: string;
        };
        /** @description A session of a user as operators see it. */
        OperatorsSession: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * @description The `User-Agent` of the browser or app.
             * @example Mozilla/5.0 (Android 16; Mobile)
             */
            device: string | null;
            id: components["schemas"]["Id"];
            /**
             * Format: date-time
             * @description When it was last used, accurate to an hour.
             * @example 2026-05-17T09:30:00.250Z
             */
            last_used_at: string;
        };
        /** @example 1-34.jpg */
        PhotoName: string;
        /** @description The queue of new photos, and those that have failed. */
        PhotoQueueState: {
            /** @description Messages of the queue that aren't the name of a photo. */
            foreign: string[];
            oldest_queued_seconds: number | null;
            /** @description Those that were given up, at most 100. */
            photos: {
                attempts: number | null;
                /** @description Why the last attempt failed. */
                error: string | null;
                /**
                 * Format: date-time
                 * @example 2026-05-17T09:30:00.250Z
                 */
                failed_at: string | null;
                photo: components["schemas"]["PhotoName"];
                /**
                 * Format: date-time
                 * @description When it was sent to the queue.
                 * @example 2026-05-17T09:30:00.250Z
                 */
                sent_at: string | null;
            }[];
            /**
             * Format: int64
             * @description Photos that wait in the queue of the database.
             * @example 0
             */
            queued: number;
            /**
             * @description About how many more have failed.
             * @example 0
             */
            remaining: number;
            /** @description Photos without previews, at most 100. */
            without_previews: components["schemas"]["PhotoName"][];
        };
        /** @description A preview, with its size in pixels. */
        Preview: {
            /** @example 400 */
            height: number;
            /**
             * Format: uri
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            url: string;
            /** @example 400 */
            width: number;
        };
        /** @description An error (problem details, RFC 9457). */
        Problem: {
            /**
             * @description A stable identifier for programs, independent of the sentence.
             * @enum {string}
             */
            code: "account_disabled" | "admin_cant_leave" | "already_member" | "backup_running" | "bad_link" | "blank" | "busy" | "checks_running" | "coded_body" | "cookie_logout_by_get" | "cross_origin" | "data_gone" | "disk_full" | "disk_low" | "expired_link" | "forbidden_characters" | "form_too_large" | "gave_way" | "http" | "internal" | "invitation_needed" | "invitation_to_account" | "key_of_another_share" | "key_of_another_space" | "key_of_another_upload" | "last_admin" | "last_operator" | "malformed" | "method_not_allowed" | "missing_key" | "new_passwords_dont_match" | "no_backup_destination" | "no_concatenation" | "no_such_comment" | "no_such_endpoint" | "no_such_feed" | "no_such_invitation" | "no_such_login" | "no_such_mail" | "no_such_notice" | "no_such_photo" | "no_such_photo_of_share" | "no_such_photo_of_space" | "no_such_poster" | "no_such_push_key" | "no_such_push_subscription" | "no_such_range" | "no_such_rendition" | "no_such_reset" | "no_such_session" | "no_such_share" | "no_such_space" | "no_such_upload" | "no_such_user" | "not_a_member" | "not_an_admin" | "not_an_emoji" | "not_an_operator" | "not_boolean" | "not_by_https" | "not_provided" | "not_ready" | "not_text" | "not_the_author" | "not_the_owner" | "only_admin" | "other_account" | "passwords_dont_match" | "photo_damaged" | "photo_format" | "photo_heic_off" | "photo_not_shown" | "photo_spoiled" | "photo_twice" | "photo_type" | "photos_unavailable" | "registration_closed" | "restored_folder" | "server_quota_exceeded" | "several_photos" | "share_edited" | "space_has_members" | "space_quota_exceeded" | "too_large" | "too_long" | "too_many_account_invitations" | "too_many_attempts" | "too_many_feeds" | "too_many_invitations" | "too_many_own_reactions" | "too_many_pins" | "too_many_reactions" | "too_many_requests" | "too_many_spaces" | "too_many_streams" | "too_many_uploads" | "too_many_waiting" | "too_many_zips" | "too_short" | "too_slow" | "tus_version" | "unauthorized" | "upload_checksum" | "upload_in_use" | "upload_incomplete" | "upload_offset" | "upload_twice" | "user_exists" | "user_quota_exceeded" | "video_damaged" | "video_off" | "video_poster_of_photo" | "video_unsupported" | "wrong_content_type" | "wrong_login" | "wrong_password" | "zip_of_too_many";
            /** @description The sentence that a plain-text response consists of. */
            detail: string;
            /** @description The values in the sentence, so that a client can word it itself; `x-codes` lists those of each code. */
            params: {
                /**
                 * @description The part of the request.
                 * @enum {string}
                 */
                field?: "body" | "by" | "caption" | "confirm_password" | "days" | "digest" | "disabled" | "email" | "end_invitations" | "is_admin" | "is_operator" | "endpoint" | "invitation" | "keep_dates" | "keys" | "kind" | "language" | "level" | "limit" | "login" | "max_bytes" | "media" | "name" | "new_name" | "new_password" | "old_password" | "order" | "password" | "photo" | "photos" | "poster" | "push" | "quiet_hours" | "role" | "share_id" | "taken_at" | "text" | "time_zone" | "token" | "transfer_to" | "up_to" | "upload" | "uploads" | "uses" | "video";
                /** @description The id that doesn't exist, as it was sent. */
                id?: string;
                /** @description The missing key of the JSON object. */
                key?: string;
                /** @description The login. */
                login?: string;
                /** @description The maximum. */
                max?: number;
                /** @description The minimum. */
                min?: number;
                /** @description The header. */
                name?: string;
                /** @description The position of the photo among those that were sent, from 1. */
                number?: number;
                /** @description The offset in bytes at which the upload continues. */
                offset?: number;
                /** @description The part of the request line or headers. */
                part?: string;
                /** @description True if it concerns the poster of a video. */
                poster?: boolean;
                /** @description Which sentence of this code it is: stable, for programs, and one of those in `x-codes`. More may be added. */
                reason?: string;
                /** @description The names of the spaces. */
                spaces?: string[];
                /** @description The address to use. */
                url?: string;
                /** @description The bytes that are used. */
                used?: number;
                /** @description The possible values. */
                values?: string[];
                /** @description The seconds until another attempt is allowed. */
                wait_seconds?: number;
                /** @description The message of the parser, in English. */
                why?: string;
            };
            status: number;
            title: string;
            /** @constant */
            type: "about:blank";
        };
        /** @description What browsers subscribe with. */
        PushKey: {
            /**
             * @description A public key of P-256 in base64url, the `applicationServerKey` of `PushManager.subscribe()`.
             * @example BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4
             */
            key: string;
        };
        /** @description A browser that gets push messages. */
        PushSubscription: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            id: components["schemas"]["Id"];
        };
        /** @description The hours in which a user isn't sent anything: on one day, or over midnight. The two times are different. */
        QuietHours: {
            /** @example 22:00 */
            from: string;
            /** @example 07:00 */
            until: string;
        };
        /** @description A reaction, with whose it is. */
        Reaction: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * @description As it was sent, fully qualified.
             * @example 👍🏽
             */
            emoji: string;
            user: components["schemas"]["User"];
        };
        /** @description An emoji under a share or a comment. */
        ReactionCount: {
            /** @description How many people have reacted with it, in whatever skin tone. */
            count: number;
            /**
             * @description Without a skin tone, fully qualified.
             * @example 👍
             */
            emoji: string;
            /** @description Whether I am one of them. */
            mine: boolean;
        };
        /** @description How many photos were sent to the workers again. */
        Retried: {
            /** @example 2 */
            retried: number;
        };
        /** @description A link with a secret, which is returned only once. */
        SecretLink: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            /**
             * @description The link as a QR code, an SVG image.
             * @example <svg/>
             */
            qr: string;
            /**
             * Format: uri
             * @example http://localhost:8000/app/password-reset#dGhpcyBpcyBhbiBleGFtcGxl
             */
            url: string;
        };
        /** @description What a client can know before its user signs in. */
        Server: {
            /** @description Limits on what clients send. Lengths are in Unicode characters after NFC normalisation. */
            limits: {
                /** @example 500 */
                caption_max: number;
                /** @example 2000 */
                comment_max: number;
                /**
                 * @description The largest JPEG that isn't progressive, in pixels: at least as many as for other photos.
                 * @example 256000000
                 */
                jpeg_pixels: number;
                /** @example 32 */
                login_max: number;
                /** @example 2 */
                login_min: number;
                /**
                 * @description The most photos and videos of a share.
                 * @example 20
                 */
                media_per_share: number;
                /** @example 1024 */
                password_max: number;
                /** @example 8 */
                password_min: number;
                /**
                 * @description The largest photo, in bytes as uploaded.
                 * @example 26214400
                 */
                photo_bytes: number;
                /**
                 * @description The largest photo, in pixels (width times height).
                 * @example 64000000
                 */
                photo_pixels: number;
                /** @example 50 */
                space_name_max: number;
                /** @example 1 */
                space_name_min: number;
                /** @example 2000 */
                text_max: number;
                /** @example 1 */
                text_min: number;
                /** @example 50 */
                user_name_max: number;
                /**
                 * @description The largest video, in bytes as uploaded; 0 if videos aren't accepted.
                 * @example 500000000
                 */
                video_bytes: number;
                /**
                 * @description The most bytes of these in total.
                 * @example 4294967296
                 */
                waiting_bytes: number;
                /**
                 * @description The most uploads of one user that no share has taken yet.
                 * @example 100
                 */
                waiting_uploads: number;
            };
            /**
             * @description Whether there are no accounts yet.
             * @example true
             */
            needs_first_account: boolean;
            /**
             * @description Whether a photo can't be shared without a text.
             * @example true
             */
            photo_needs_text: boolean;
            photo_types: string[];
            /**
             * @description Who can create an account.
             * @enum {string}
             */
            registration: "open" | "invite" | "closed";
            /**
             * @description Whether users can be sent mail, such as when they have forgotten their password.
             * @example true
             */
            sends_mail: boolean;
            /** @description Empty if videos aren't accepted. */
            video_types: string[];
        };
        /** @description What the installation has and how it is doing. */
        ServerStatus: {
            /**
             * Format: int64
             * @description Of photos and videos, without previews.
             */
            bytes: number;
            /**
             * Format: date-time
             * @description When the certificate of HTTPS ends; null without a usable certificate, or if the server itself speaks HTTP.
             * @example 2026-05-17T09:30:00.250Z
             */
            certificate_ends_at: string | null;
            /** Format: int64 */
            comments: number;
            /** @description Null where the system doesn't say. */
            database_bytes: number | null;
            /**
             * Format: int64
             * @description Spaces whose deletion isn't over.
             */
            deleted_spaces: number;
            /**
             * Format: int64
             * @description Photos whose bytes are to be deleted.
             */
            deletions: number;
            /** Format: int64 */
            disabled_users: number;
            /**
             * Format: int64
             * @description Photos that were given up.
             */
            failed: number;
            /**
             * Format: int64
             * @description Those of them that the store didn't delete when it was asked.
             */
            failed_deletions: number;
            /** @description What can still be written to the disk of the data folder. */
            free_bytes: number | null;
            /** @description Whether the disk has room for photos and videos. */
            has_room: boolean;
            /** @description Whether a server is running on the data folder. */
            is_served: boolean;
            oldest_queued_seconds: number | null;
            /** Format: int64 */
            photos: number;
            /**
             * Format: int64
             * @description Photos that wait in the queue of the database.
             */
            queued: number;
            /** @description What they may take; null without a quota. */
            quota_bytes: number | null;
            /** Format: int64 */
            sessions: number;
            /** Format: int64 */
            shares: number;
            /** Format: int64 */
            spaces: number;
            /** @description What photos and videos take, with previews, renditions and uploads. */
            stored_bytes: number;
            /**
             * Format: int64
             * @description Photos whose names the queue hasn't accepted yet.
             */
            unsent: number;
            /**
             * Format: int64
             * @description Uploads that no share has taken yet.
             */
            uploads: number;
            /** Format: int64 */
            users: number;
            /** @example 0.1.0 */
            version: string;
            /** Format: int64 */
            videos: number;
            /** @description The log of the database. */
            wal_bytes: number | null;
            without_previews: number;
        };
        /** @description One of the user's own sessions. */
        Session: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * @description The `User-Agent` of the browser or app.
             * @example Mozilla/5.0 (Android 16; Mobile)
             */
            device: string | null;
            id: components["schemas"]["Id"];
            /**
             * @description Whether this request belongs to it.
             * @example true
             */
            is_current: boolean;
            /**
             * Format: date-time
             * @description When it was last used, accurate to an hour.
             * @example 2026-05-17T09:30:00.250Z
             */
            last_used_at: string;
        };
        /** @description A share. */
        Share: {
            comments: components["schemas"]["Conversation"];
            /**
             * Format: date-time
             * @description When its text or its photos were changed last; null if they never were.
             * @example 2026-05-17T09:30:00.250Z
             */
            edited_at: string | null;
            id: components["schemas"]["Id"];
            /** @description Details of that first photo. */
            image: components["schemas"]["Image"] | null;
            /**
             * Format: uri
             * @description The first photo itself, or the poster of the first video; null if there is none.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            image_url: string | null;
            /** @description All photos and videos, in order. */
            media: components["schemas"]["Medium"][];
            /** @description The members who are named in the text, by `@` and their login. */
            mentions: components["schemas"]["User"][];
            /** @description In the order of their first use. */
            reactions: components["schemas"]["ReactionCount"][];
            space: components["schemas"]["Space"];
            /** @example Nice weather */
            text: string;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            timestamp: string;
            user: components["schemas"]["User"];
            /**
             * @description Another one after each edit of the text, the photos, their order, their captions and their dates. In quotes, it is the `ETag`
             *     of the share, which edits take as `If-Match`.
             * @example 5f3a9c01-1
             */
            version: string;
        };
        /** @description A share in a list of its space. */
        ShareInList: {
            comments: components["schemas"]["Conversation"];
            /**
             * Format: date-time
             * @description When its text or its photos were changed last; null if they never were.
             * @example 2026-05-17T09:30:00.250Z
             */
            edited_at: string | null;
            id: components["schemas"]["Id"];
            /** @description Details of that first photo. */
            image: components["schemas"]["Image"] | null;
            /**
             * Format: uri
             * @description The first photo itself, or the poster of the first video; null if there is none.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            image_url: string | null;
            /** @description All photos and videos, in order. */
            media: components["schemas"]["Medium"][];
            /** @description The members who are named in the text, by `@` and their login. */
            mentions: components["schemas"]["User"][];
            /** @description In the order of their first use. */
            reactions: components["schemas"]["ReactionCount"][];
            /** @example Nice weather */
            text: string;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            timestamp: string;
            user: components["schemas"]["User"];
            /**
             * @description Another one after each edit of the text, the photos, their order, their captions and their dates. In quotes, it is the `ETag`
             *     of the share, which edits take as `If-Match`.
             * @example 5f3a9c01-1
             */
            version: string;
        };
        /** @description A space. */
        Space: {
            /**
             * Format: uri
             * @description Its picture, a square JPEG of at most 400 by 400 pixels. Absent if it has none.
             * @example http://localhost:8000/avatars/0123456789abcdef?expires=1800014400&signature=c2lnbmF0dXJl
             */
            avatar_url?: string | null;
            id: components["schemas"]["Id"];
            /** @example Family */
            name: string;
        };
        /** @description A space in the list of all. */
        SpaceInTotal: {
            /**
             * @description Whether it was set for this one alone, whatever the settings say.
             * @example true
             */
            has_own_quota: boolean;
            id: components["schemas"]["Id"];
            /**
             * @description The quota; null if there is none.
             * @example 10000000000
             */
            max_bytes: number | null;
            /**
             * Format: int64
             * @example 4
             */
            members: number;
            /** @example Family */
            name: string;
            /**
             * Format: int64
             * @example 20
             */
            shares: number;
            /** @example 734003200 */
            used_bytes: number;
        };
        /** @description A space as its members see it. */
        SpaceOfMember: {
            /**
             * Format: uri
             * @description Its picture, a square JPEG of at most 400 by 400 pixels. Absent if it has none.
             * @example http://localhost:8000/avatars/0123456789abcdef?expires=1800014400&signature=c2lnbmF0dXJl
             */
            avatar_url?: string | null;
            id: components["schemas"]["Id"];
            /**
             * @description Whether the current user is an admin there.
             * @example true
             */
            is_admin: boolean;
            /**
             * Format: int64
             * @example 5
             */
            member_count: number;
            /** @example Family */
            name: string;
            /** @description The shares that its admins keep at its top, the last pinned first. */
            pinned: components["schemas"]["ShareInList"][];
            /** @description What is shared in it. */
            storage: components["schemas"]["Storage"];
        };
        /** @description A space in the list of the current user. */
        SpaceSummary: {
            /**
             * @description Whether the current user is an admin there.
             * @example true
             */
            is_admin: boolean;
            /**
             * Format: date-time
             * @description When somebody shared or commented last; before that, when the space was created.
             * @example 2026-05-17T09:30:00.250Z
             */
            last_activity_at: string;
            /** @description The newest share that the current user has read: later ones of others are new to them. */
            last_read_share_id: components["schemas"]["Id"] | null;
            latest_share: components["schemas"]["LatestShare"] | null;
            /**
             * Format: int64
             * @example 5
             */
            member_count: number;
            space: components["schemas"]["Space"];
            /**
             * Format: int64
             * @description How many shares and comments of others are new to the current user; 100 means that many or more.
             * @example 3
             */
            unread: number;
        };
        /** @description How much space photos and videos take: the files themselves with their posters, previews and versions for all browsers. */
        Storage: {
            /**
             * @description The quota; null if there is none. Previews and renditions, which are made later, can exceed it.
             * @example 10000000000
             */
            max_bytes: number | null;
            /** @example 734003200 */
            used_bytes: number;
        };
        /** @description An upload that no share has taken yet. */
        Upload: {
            /** @example false */
            animated: boolean | null;
            /**
             * @description The size in bytes: once it is complete, of the cleaned file, and until then the declared one.
             * @example 3000000
             */
            bytes: number;
            /** @description What was in the file besides and isn't kept, where its owner should know. There may be more some day. */
            dropped: "motion_photo_film" | null;
            /**
             * Format: double
             * @description The duration of a video, if it states one.
             * @example 2.5
             */
            duration_seconds: number | null;
            /**
             * Format: date-time
             * @description When it is deleted, unless more bytes arrive or a share takes it.
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            /** @example 400 */
            height: number | null;
            id: components["schemas"]["Id"];
            /**
             * @description Its kind; null until it is complete.
             * @enum {string|null}
             */
            kind: "photo" | "video" | null;
            /**
             * @description The declared size in bytes.
             * @example 3000000
             */
            length: number;
            /**
             * @description How many bytes have arrived.
             * @example 3000000
             */
            offset: number;
            /**
             * @description As a clock showed it where the photo was taken; with a zone only where somebody has said it.
             * @example 2019-07-14T15:30:00
             */
            taken_at: string | null;
            /** @example 400 */
            width: number | null;
        };
        /** @description A user as others see them. */
        User: {
            /**
             * Format: uri
             * @description Their picture, a square JPEG of at most 400 by 400 pixels; null if they have none.
             * @example http://localhost:8000/avatars/0123456789abcdef?expires=1800014400&signature=c2lnbmF0dXJl
             */
            avatar_url: string | null;
            id: components["schemas"]["Id"];
            /** @example ann */
            login: string;
            /**
             * @description The name that people are shown: one that the user has chosen, or else the login.
             * @example Ann Miller
             */
            name: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
