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
        /** @description What somebody has said to a share. */
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
            /** @example What a sight! */
            text: string;
            user: components["schemas"]["User"];
        };
        /** @description What a share shows of its comments. */
        Conversation: {
            /** @description How many there are. */
            count: number;
            /** @description The last two, the older one first. */
            latest: components["schemas"]["Comment"][];
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
            /** @description The photo's own: one that takes its place has another. */
            id: components["schemas"]["Id"];
            /**
             * @description A thumbhash in base64, once it is known.
             * @example 3OcRJYB4d3h/iIeHeEh3eIhw+j3A
             */
            placeholder: string | null;
            /** @description The photo made small, to show before the photo itself. */
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
             * @description Of a video, its poster; null if it has none.
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
            /** @description Who made it; null, if it was made on the command line. */
            created_by: components["schemas"]["User"] | null;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            id: components["schemas"]["Id"];
            /** @description Whether its link still works: it doesn't once its creator is no longer an admin there. */
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
             * @description The login of who made it.
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
            /** @description Who made it; null, if it was made on the command line. */
            created_by: components["schemas"]["User"] | null;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            id: components["schemas"]["Id"];
            /** @description Whether its link still works: it doesn't once its creator is no longer an admin there. */
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
        /** @description A photo of a share. */
        Medium: {
            /** @example true */
            animated: boolean;
            /**
             * @description What its sharer has written under it.
             * @example At the lake
             */
            caption: string | null;
            /**
             * Format: double
             * @description Null of a photo, and of a video that doesn't say how long it is.
             * @example 2.5
             */
            duration_seconds: number | null;
            /** @example 400 */
            height: number;
            /** @description The photo's own: one that takes its place has another. */
            id: components["schemas"]["Id"];
            /**
             * @description What a medium is.
             * @enum {string}
             */
            kind: "photo" | "video";
            /**
             * @description A thumbhash in base64, once it is known.
             * @example 3OcRJYB4d3h/iIeHeEh3eIhw+j3A
             */
            placeholder: string | null;
            /**
             * Format: uri
             * @description The picture by which a video is shown before it plays. Null of a photo, and of a video that has none; then its previews
             *     lead nowhere.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            poster_url: string | null;
            /** @description The photo made small, to show before the photo itself. */
            previews: {
                large: components["schemas"]["Preview"];
                small: components["schemas"]["Preview"];
            };
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
        /** @description Somebody in a space. */
        Member: {
            /**
             * @description Whether they run the space.
             * @example true
             */
            is_admin: boolean;
            user: components["schemas"]["User"];
        };
        /** @example 1-34.jpg */
        PhotoName: string;
        /** @description A small photo, with its size in pixels. */
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
        /** @description A refusal. */
        Problem: {
            /**
             * @description A word for programs, which stays when the sentence changes.
             * @enum {string}
             */
            code: "admin_cant_leave" | "already_member" | "bad_link" | "blank" | "busy" | "coded_body" | "cookie_logout_by_get" | "cross_origin" | "data_gone" | "disk_full" | "expired_link" | "forbidden_characters" | "gave_way" | "http" | "internal" | "invitation_needed" | "invitation_to_account" | "key_of_another_share" | "key_of_another_space" | "last_admin" | "malformed" | "method_not_allowed" | "missing_key" | "new_passwords_dont_match" | "no_concatenation" | "no_such_comment" | "no_such_endpoint" | "no_such_invitation" | "no_such_login" | "no_such_photo" | "no_such_photo_of_share" | "no_such_photo_of_space" | "no_such_poster" | "no_such_range" | "no_such_reset" | "no_such_session" | "no_such_share" | "no_such_space" | "no_such_upload" | "no_such_user" | "not_a_member" | "not_an_admin" | "not_boolean" | "not_by_https" | "not_provided" | "not_ready" | "not_text" | "not_the_author" | "not_the_owner" | "only_admin" | "other_account" | "passwords_dont_match" | "photo_damaged" | "photo_format" | "photo_heic_off" | "photo_not_shown" | "photo_spoiled" | "photo_twice" | "photo_type" | "photos_unavailable" | "registration_closed" | "several_photos" | "space_has_members" | "too_large" | "too_long" | "too_many_attempts" | "too_many_invitations" | "too_many_requests" | "too_many_spaces" | "too_many_uploads" | "too_many_waiting" | "too_many_zips" | "too_short" | "too_slow" | "tus_version" | "unauthorized" | "upload_checksum" | "upload_in_use" | "upload_incomplete" | "upload_offset" | "upload_twice" | "user_exists" | "video_damaged" | "video_off" | "video_poster_of_photo" | "video_unsupported" | "wrong_content_type" | "wrong_login" | "wrong_password" | "zip_of_too_many";
            /** @description The sentence that is the whole answer in plain text. */
            detail: string;
            /** @description The values that the sentence is made of, so that a client can say it in its own words: which a code has is in `x-codes`. */
            params: {
                /**
                 * @description Which part of the request.
                 * @enum {string}
                 */
                field?: "body" | "by" | "caption" | "confirm_password" | "days" | "end_invitations" | "is_admin" | "invitation" | "keep_dates" | "limit" | "login" | "media" | "name" | "new_name" | "new_password" | "old_password" | "order" | "password" | "photo" | "poster" | "role" | "taken_at" | "text" | "token" | "upload" | "uploads" | "uses" | "video";
                /** @description The id that names nothing, as it was sent. */
                id?: string;
                /** @description The key that the JSON object lacks. */
                key?: string;
                /** @description The login. */
                login?: string;
                /** @description The most that there can be. */
                max?: number;
                /** @description The least that there must be. */
                min?: number;
                /** @description The header. */
                name?: string;
                /** @description Which of several photos, as they were sent. */
                number?: number;
                /** @description The byte at which the upload goes on. */
                offset?: number;
                /** @description Which part of the head of the request. */
                part?: string;
                /** @description True where it is of the poster of a video. */
                poster?: boolean;
                /** @description Which of the sentences of this code it is: for programs, stable, and one of those in `x-codes`. There may be more some day. */
                reason?: string;
                /** @description The names of the spaces. */
                spaces?: string[];
                /** @description The address to come by. */
                url?: string;
                /** @description What it can be. */
                values?: string[];
                /** @description The seconds after which another attempt is taken. */
                wait_seconds?: number;
                /** @description What the reader of the body says, in English. */
                why?: string;
            };
            status: number;
            title: string;
            /** @constant */
            type: "about:blank";
        };
        /** @description What a client should know before anybody signs in. */
        Server: {
            /** @description The bounds of what people send. Lengths are in Unicode characters after NFC normalisation. */
            limits: {
                /** @example 500 */
                caption_max: number;
                /** @example 2000 */
                comment_max: number;
                /**
                 * @description The largest JPEG that isn't progressive, in pixels: never fewer than other photos may have.
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
                /**
                 * @description The largest video, in bytes as uploaded; 0 where no videos are taken.
                 * @example 500000000
                 */
                video_bytes: number;
                /**
                 * @description The most bytes that these are together.
                 * @example 4294967296
                 */
                waiting_bytes: number;
                /**
                 * @description The most uploads of mine that no share has taken yet.
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
             * @description Who may make an account.
             * @enum {string}
             */
            registration: "open" | "invite" | "closed";
            /** @description Empty where no videos are taken. */
            video_types: string[];
        };
        /** @description One of the user's own sessions. */
        Session: {
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            created_at: string;
            /**
             * @description What the browser or app says of itself.
             * @example Mozilla/5.0 (Android 16; Mobile)
             */
            device: string | null;
            id: components["schemas"]["Id"];
            /**
             * @description Whether it is the one of this request.
             * @example true
             */
            is_current: boolean;
            /**
             * Format: date-time
             * @description As it was last written down, which is at most an hour late.
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
            /** @description What is known of that. */
            image: components["schemas"]["Image"] | null;
            /**
             * Format: uri
             * @description The first photo itself, or the poster of the first video; null if there is none.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            image_url: string | null;
            /** @description All photos and videos, in their order. */
            media: components["schemas"]["Medium"][];
            space: components["schemas"]["Space"];
            /** @example Nice weather */
            text: string;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            timestamp: string;
            user: components["schemas"]["User"];
        };
        /** @description A share, where its space goes without saying. */
        ShareInList: {
            comments: components["schemas"]["Conversation"];
            /**
             * Format: date-time
             * @description When its text or its photos were changed last; null if they never were.
             * @example 2026-05-17T09:30:00.250Z
             */
            edited_at: string | null;
            id: components["schemas"]["Id"];
            /** @description What is known of that. */
            image: components["schemas"]["Image"] | null;
            /**
             * Format: uri
             * @description The first photo itself, or the poster of the first video; null if there is none.
             * @example http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl
             */
            image_url: string | null;
            /** @description All photos and videos, in their order. */
            media: components["schemas"]["Medium"][];
            /** @example Nice weather */
            text: string;
            /**
             * Format: date-time
             * @example 2026-05-17T09:30:00.250Z
             */
            timestamp: string;
            user: components["schemas"]["User"];
        };
        /** @description A space. */
        Space: {
            id: components["schemas"]["Id"];
            /** @example Family */
            name: string;
        };
        /** @description A space that one of its members has opened. */
        SpaceOfMember: {
            id: components["schemas"]["Id"];
            /**
             * @description Whether they run it.
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
        };
        /** @description One of the user's spaces, as it is in their list. */
        SpaceSummary: {
            /**
             * @description Whether they run it.
             * @example true
             */
            is_admin: boolean;
            latest_share: components["schemas"]["LatestShare"] | null;
            /**
             * Format: int64
             * @example 5
             */
            member_count: number;
            space: components["schemas"]["Space"];
        };
        /** @description An upload that no share has taken yet. */
        Upload: {
            /** @example false */
            animated: boolean | null;
            /**
             * @description The bytes of what it has become, or else those that there are to come.
             * @example 3000000
             */
            bytes: number;
            /**
             * Format: double
             * @description How long a video is played, as far as it says.
             * @example 2.5
             */
            duration_seconds: number | null;
            /**
             * Format: date-time
             * @description When it goes, unless more comes or a share takes it.
             * @example 2026-05-17T09:30:00.250Z
             */
            expires_at: string;
            /** @example 400 */
            height: number | null;
            id: components["schemas"]["Id"];
            /**
             * @description What it is; null as long as not all of it has come.
             * @enum {string|null}
             */
            kind: "photo" | "video" | null;
            /**
             * @description The bytes that its maker has said.
             * @example 3000000
             */
            length: number;
            /**
             * @description How many of them have come.
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
        /** @description Somebody with an account, as others see them. */
        User: {
            id: components["schemas"]["Id"];
            /** @example ann */
            login: string;
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
