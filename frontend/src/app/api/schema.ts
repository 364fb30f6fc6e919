// Generated from the server's types: npm run types
export interface paths {
    "/api/approach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Approach
         * @description Whether price comes to a level from a side in the last window that had ended, and what is usual if it tests it.
         */
        get: operations["approach_api_approach_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Catalogue
         * @description Every feature with its formula and unit, every level, every table with its columns.
         */
        get: operations["catalogue_api_catalogue_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Days
         * @description The contract-days of the lake, oldest first.
         */
        get: operations["days_api_days_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/days/{symbol}/{session_date}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Day
         * @description One day: its moments, its levels as known, the grids that its tables lie on.
         */
        get: operations["day_api_days__symbol___session_date__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/days/{symbol}/{session_date}/episodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Episodes
         * @description Episodes that had begun, with the outcomes that were known.
         */
        get: operations["episodes_api_days__symbol___session_date__episodes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/days/{symbol}/{session_date}/next-episode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Next Episode
         * @description When the next test of a level begins: the one answer that looks ahead, and it says no more than this moment.
         */
        get: operations["next_episode_api_days__symbol___session_date__next_episode_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/days/{symbol}/{session_date}/tables/{tables}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tables
         * @description Tables of a day, one stream after the other in the order in which they are named. Only `ladder` and `conditions` know a horizon.
         */
        get: operations["tables_api_days__symbol___session_date__tables__tables__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/days/{symbol}/{session_date}/windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Windows
         * @description The next windows, sixty at most, with all that became known in them: one request for a step of the board.
         */
        get: operations["windows_api_days__symbol___session_date__windows_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start Drill
         * @description Choose a past test by chance, to be called without seeing what came after.
         */
        post: operations["start_drill_api_drill_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drill/score": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Drill Score
         * @description What all calls were worth, beside the usual side and the answer's lead on the same tests.
         */
        get: operations["drill_score_api_drill_score_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drill/{entry_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Drill
         * @description A drill that was started, so that a page can go on with it.
         */
        get: operations["drill_api_drill__entry_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drill/{entry_id}/call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call
         * @description Keep the call, and say how the test ended.
         */
        post: operations["call_api_drill__entry_id__call_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/evaluation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Evaluation
         * @description The newest `spymaster evaluate` of a root in this lake: the parts that its page has, too.
         */
        get: operations["evaluation_api_evaluation_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Journal
         * @description Every moment that was kept, newest first, with the outcome where it is known.
         */
        get: operations["journal_api_journal_get"];
        put?: never;
        /**
         * Keep
         * @description Keep a moment of the board in the lake, with what was said of it then.
         */
        post: operations["keep_api_journal_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/journal/{entry_id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Picture
         * @description The picture of a moment.
         */
        get: operations["picture_api_journal__entry_id__picture_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lake
         * @description Every contract-day of a root by layer: done, missing, failed or stale, why, and the command that fixes it.
         */
        get: operations["lake_api_lake_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lake/partition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Partition
         * @description One partition: its manifest, how its last run went, and the command that builds it anew.
         */
        get: operations["partition_api_lake_partition_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Setup
         * @description The newest trigger of a level and approach on the session day of `as_of_s`, and its similar past.
         */
        get: operations["setup_api_setup_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Setups
         * @description Every episode of a level by its first trigger, newest first, at most 500.
         */
        get: operations["setups_api_setups_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Healthz
         * @description 200 while the process lives; does not touch the lake.
         */
        get: operations["healthz_healthz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description What the server counts about itself.
         */
        get: operations["metrics_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readyz
         * @description 200 when the lake can be read and its days and indexes are whole; 503 with the reason otherwise, `preparing` while it is warmed.
         */
        get: operations["readyz_readyz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AbsentTable
         * @description A table of the day that cannot be shown.
         */
        AbsentTable: {
            /**
             * Code
             * @enum {string}
             */
            code: "unknown_day" | "unknown_level" | "unknown_table" | "unknown_page" | "unknown_entry" | "bad_method" | "no_index" | "no_evaluation" | "not_built" | "day_changed" | "stale_index" | "bad_request" | "too_many" | "too_large" | "too_slow" | "unauthorised" | "bad_host" | "rebuilding" | "not_ready" | "preparing" | "read_only" | "disk_full" | "corrupt" | "internal";
            /**
             * Fix
             * @description The command that builds it.
             */
            fix: string | null;
            /** Message */
            message: string;
            /** Table */
            table: string;
        };
        /**
         * Alive
         * @description The process answers.
         */
        Alive: {
            /**
             * Status
             * @description ok
             */
            status: string;
        };
        /**
         * Anomaly
         * @description How often one kind of impossible record or gap was met, and where first (record, sequence or time).
         */
        Anomaly: {
            /** Count */
            count: number;
            /** First */
            first: number | string;
        };
        /**
         * ApproachAnswer
         * @description Price comes to the level, and tests it not yet.
         */
        ApproachAnswer: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** Barrier Ticks */
            barrier_ticks: number;
            /**
             * Distance Ticks
             * @description Mid minus level.
             */
            distance_ticks: number;
            /** Horizon S */
            horizon_s: number;
            if_tested: components["schemas"]["IfTested"];
            /** Level Id */
            level_id: string;
            /** Level Price */
            level_price: number;
            /** Level Ticks */
            level_ticks: number;
            /** New York */
            new_york: string;
            /** Said */
            said: string;
            /** Sentence */
            sentence: string;
            /** Session Date */
            session_date: string;
            /**
             * Slab
             * @description The verdict as it is printed.
             */
            slab: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            state: "approach";
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * Tests
             * @description Chance that price trades at the level within the horizon, before it has gone 24 ticks the other way.
             */
            tests: number;
            /** Ts S */
            ts_s: number;
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "NO ANSWER" | "APPROACHING" | "TOO LITTLE PAST" | "BREAK UP" | "BREAK DOWN" | "REJECT UP" | "REJECT DOWN" | "LARGE MOVE, NO SIDE" | "NO EDGE";
            /** Version */
            version: string;
        };
        /**
         * Axis
         * @description A straight axis.
         */
        Axis: {
            /**
             * Form
             * @description How its ticks are written: with a sign, in percent, or as they are.
             * @enum {string}
             */
            form: "skill" | "share" | "plain";
            /** High */
            high: number;
            /** Label */
            label: string;
            /** Low */
            low: number;
        };
        /**
         * Balance
         * @description What the two sides of the book do together in one window.
         * @enum {string}
         */
        Balance: "even" | "up" | "down" | "vacuum" | "hold";
        /**
         * Bullet
         * @description One entry of a list; `term` is what it explains.
         */
        Bullet: {
            /**
             * Term
             * @default
             */
            term: string;
            /** Text */
            text: string;
        };
        /**
         * Bullets
         * @description A list.
         */
        Bullets: {
            /** Entries */
            entries: components["schemas"]["Bullet"][];
            /**
             * Heading
             * @default
             */
            heading: string;
        };
        /**
         * CallToKeep
         * @description The trader's call.
         */
        CallToKeep: {
            /**
             * Call
             * @enum {string}
             */
            call: "BREAK" | "REJECT" | "NO EDGE";
        };
        /**
         * Catalogue
         * @description What there is, in words: rendered from the same sources as the documents.
         */
        Catalogue: {
            /**
             * Features
             * @description In the order of the vector.
             */
            features: components["schemas"]["FeatureInfo"][];
            /** Levels */
            levels: components["schemas"]["LevelMeaning"][];
            /** Tables */
            tables: components["schemas"]["TableInfo"][];
        };
        /**
         * CatchUp
         * @description How far the past of the day is taken in, seconds UTC.
         */
        CatchUp: {
            /** Done S */
            done_s: number;
            /** To S */
            to_s: number;
        };
        /**
         * Cell
         * @description One layer of one contract-day: the worst state of its tables.
         */
        Cell: {
            /**
             * Fix
             * @description The command that builds it; null where it is done.
             */
            fix: string | null;
            /**
             * Seconds
             * @description How long its stages worked when they last had to; null where no run of theirs was noted.
             */
            seconds: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "done" | "missing" | "failed" | "stale";
            /** Tables */
            tables: components["schemas"]["TableState"][];
        };
        /**
         * ClassExcursions
         * @description How far setups of one outcome went, for and against the approach.
         */
        ClassExcursions: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "BREAK" | "REJECT" | "CHOP";
            /** @description Null below eight setups. */
            quantiles: components["schemas"]["ExcursionQuantiles"] | null;
            /** Setups */
            setups: number;
        };
        /**
         * ClassShare
         * @description Probability of one outcome, with its interval, and what is usual from where price stands.
         */
        ClassShare: {
            /** Base */
            base: number;
            /** High */
            high: number | null;
            /**
             * Low
             * @description Null where the answer is what is usual.
             */
            low: number | null;
            /** P */
            p: number;
        };
        /**
         * ColumnInfo
         * @description One column of a table.
         */
        ColumnInfo: {
            /** Meaning */
            meaning: string;
            /** Name */
            name: string;
            /** Nullable */
            nullable: boolean;
            /** Type */
            type: string;
            /** Unit */
            unit: string;
        };
        /**
         * ConditionNow
         * @description One of the user's four conditions at the level: asks moved higher, asks pulled, bids moved lower, bids pulled.
         */
        ConditionNow: {
            /** Contracts */
            contracts: number | null;
            /**
             * Sign
             * @description 1: it is happening, beyond the past's mark; -1: the side stands; 0: nothing unusual.
             */
            sign: number;
            /**
             * Times Usual
             * @description As fast as usual so far behind the touch, at the day's pace; null without a past.
             */
            times_usual: number | null;
        };
        /**
         * DamagedEntry
         * @description A file that cannot be read as an entry.
         */
        DamagedEntry: {
            /**
             * File
             * @description Within the lake.
             */
            file: string;
            /** Message */
            message: string;
        };
        /**
         * Day
         * @description One contract-day: its moments, its levels and the grids that its tables lie on.
         */
        Day: {
            /** Absent */
            absent: components["schemas"]["AbsentTable"][];
            /**
             * Confluence Ticks
             * @description Levels this close to each other are confluent.
             */
            confluence_ticks: number;
            /** Half Day */
            half_day: boolean;
            /** Horizons S */
            horizons_s: number[];
            /**
             * Known Until S
             * @description Up to when it is known while it is live; null for a day that is over.
             */
            known_until_s: number | null;
            ladder: components["schemas"]["LadderGrid"];
            /**
             * Lead In Start S
             * @description From here on book flow and windows are kept.
             */
            lead_in_start_s: number;
            /** Levels */
            levels: components["schemas"]["LevelInfo"][];
            /**
             * Opening Range S
             * @description Length of the opening range.
             */
            opening_range_s: number;
            /** Overnight Start S */
            overnight_start_s: number;
            /** Premarket Start S */
            premarket_start_s: number;
            /** Primary Horizon S */
            primary_horizon_s: number;
            /** Root */
            root: string;
            /** Rth Open S */
            rth_open_s: number;
            /**
             * Session Date
             * @description New York date, ISO.
             */
            session_date: string;
            /** Session End S */
            session_end_s: number;
            /** Session Start S */
            session_start_s: number;
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * Tick
             * @description Points of one tick.
             */
            tick: number;
            /**
             * Version
             * @description 16 hex digits that stand for all partitions of the day.
             */
            version: string;
            /**
             * Window S
             * @description Seconds of one window.
             */
            window_s: number;
            zone_ticks: components["schemas"]["ZoneTicks"];
        };
        /**
         * DayEntry
         * @description One contract-day of the lake.
         */
        DayEntry: {
            /**
             * Chosen
             * @description Whether this is the root's contract of the day.
             */
            chosen: boolean;
            /**
             * Reason
             * @description Why it is not chosen; null where it is.
             */
            reason: string | null;
            /** Root */
            root: string;
            /**
             * Session Date
             * @description New York date, ISO.
             */
            session_date: string;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "live" | "no_gold" | "no_silver";
            /**
             * Symbol
             * @description Contract, for example ESZ5.
             */
            symbol: string;
            /**
             * Synthetic
             * @description Whether it was simulated.
             */
            synthetic: boolean;
        };
        /**
         * DayList
         * @description The contract-days of the lake, oldest first.
         */
        DayList: {
            /** Days */
            days: components["schemas"]["DayEntry"][];
            /**
             * Fix
             * @description The command that brings the first day; null where there is one.
             */
            fix: string | null;
            /**
             * Lake
             * @description Name of the lake's folder.
             */
            lake: string;
            /**
             * Lake Version
             * @description 16 hex digits that change when a day is added, rebuilt or removed.
             */
            lake_version: string;
            /** Roots */
            roots: string[];
        };
        /**
         * Dot
         * @description A single value, drawn under the lines.
         */
        Dot: {
            /** Place */
            place: number;
            /** Value */
            value: number;
        };
        /**
         * DrawnNeighbour
         * @description One similar episode of the past, with the mid around it.
         */
        DrawnNeighbour: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /**
             * Barrier Ticks
             * @description Of its own episode.
             */
            barrier_ticks: number;
            /**
             * Distance
             * @description From the query, in robust sigmas.
             */
            distance: number;
            episode_kind: components["schemas"]["EpisodeKind"];
            /** Level Id */
            level_id: string;
            /** Level Price */
            level_price: number;
            /** Level Ticks */
            level_ticks: number;
            /**
             * Mae Ticks
             * @description Farthest against it.
             */
            mae_ticks: number | null;
            /**
             * Mfe Ticks
             * @description Farthest in the approach's direction within the horizon; null where censored.
             */
            mfe_ticks: number | null;
            /** New York */
            new_york: string;
            /** @description At the answer's horizon. */
            outcome: components["schemas"]["Outcome"];
            /**
             * Path
             * @description [seconds from the trigger, mid minus level in ticks], -120 to 840 s, gaps left out, turned upside down where it came from the other side than the setup; null beyond the nearest 24, or where the day's windows are not in the lake.
             */
            path: [
                number,
                number
            ][] | null;
            /** Session Date */
            session_date: string;
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /** Ts S */
            ts_s: number;
            /**
             * Weight
             * @description Its weight, of all its windows together; all setups together 1.
             */
            weight: number;
            /** @description Null where the user's own vectors were compared. */
            why: components["schemas"]["WhyNear"] | null;
        };
        /**
         * DrillCall
         * @description One call, how the test ended, and what the answer said at that moment.
         */
        DrillCall: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** At S */
            at_s: number;
            /**
             * Call
             * @enum {string}
             */
            call: "BREAK" | "REJECT" | "NO EDGE";
            /**
             * Called S
             * @description When it was called.
             */
            called_s: number;
            /** Id */
            id: string;
            /** Lake Version */
            lake_version: string;
            /**
             * Lead
             * @description What the answer leads to; null where to neither.
             */
            lead: ("BREAK" | "REJECT") | null;
            /** Level Id */
            level_id: string;
            /** Level Name */
            level_name: string;
            /** New York */
            new_york: string;
            /** @description At the primary horizon. */
            outcome: components["schemas"]["Outcome"];
            /**
             * Outcome S
             * @description When it was known.
             */
            outcome_s: number;
            /**
             * Said
             * @description Its sentence, or why there is no answer.
             */
            said: string;
            /** Session Date */
            session_date: string;
            /**
             * Share
             * @description Chance of a break; null without a past.
             */
            share: number | null;
            /**
             * Slab
             * @description The verdict as it is printed.
             */
            slab: string;
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * Usual Break
             * @description From where price stood; null without a past.
             */
            usual_break: number | null;
            /** Usual Reject */
            usual_reject: number | null;
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "NO ANSWER" | "APPROACHING" | "TOO LITTLE PAST" | "BREAK UP" | "BREAK DOWN" | "REJECT UP" | "REJECT DOWN" | "LARGE MOVE, NO SIDE" | "NO EDGE";
        };
        /**
         * DrillMoment
         * @description Where a drill stands: a test of which nothing later may be shown until it is called.
         */
        DrillMoment: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /**
             * At S
             * @description The end of the test's first window.
             */
            at_s: number;
            /** @description Null until it is called. */
            call: components["schemas"]["DrillCall"] | null;
            /**
             * Horizon S
             * @description Within which the call is about what comes first.
             */
            horizon_s: number;
            /** Id */
            id: string;
            /** Level Id */
            level_id: string;
            /** Level Name */
            level_name: string;
            /** Session Date */
            session_date: string;
            /** Symbol */
            symbol: string;
        };
        /**
         * DrillResult
         * @description A call that was kept, and the score with it.
         */
        DrillResult: {
            call: components["schemas"]["DrillCall"];
            score: components["schemas"]["DrillScore"];
        };
        /**
         * DrillScore
         * @description All calls, and the same by level and by New York hour.
         */
        DrillScore: {
            /** Damaged */
            damaged: components["schemas"]["DamagedEntry"][];
            /** Hours */
            hours: components["schemas"]["ScoreRow"][];
            /**
             * Interval
             * @description Probability that the intervals hold.
             */
            interval: number;
            /** Levels */
            levels: components["schemas"]["ScoreRow"][];
            overall: components["schemas"]["ScoreRow"];
        };
        /**
         * Edge
         * @description How sure it is that similar setups did something else than usual, and what acting on it is worth.
         */
        Edge: {
            /** Cost Ticks */
            cost_ticks: number;
            /**
             * Ev Low Ticks
             * @description The same, cautious.
             */
            ev_low_ticks: number | null;
            /**
             * Ev Ticks
             * @description Expected value of the leading side, the stop at the other barrier, before cost.
             */
            ev_ticks: number | null;
            /**
             * Fired S
             * @description When this test fired, up to now; null where it did not.
             */
            fired_s: number | null;
            /** Fires */
            fires: boolean;
            /**
             * Lead
             * @description What came more often than was to be expected.
             */
            lead: ("BREAK" | "REJECT") | null;
            /**
             * Z
             * @description In standard errors.
             */
            z: number;
        };
        /**
         * Episode
         * @description One test of a level, or one confirmed break, as far as it is known.
         */
        Episode: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** Barrier Ticks */
            barrier_ticks: number;
            /** Confluent Ids */
            confluent_ids: string[];
            kind: components["schemas"]["EpisodeKind"];
            /**
             * Last Trigger S
             * @description Its last trigger so far.
             */
            last_trigger_s: number;
            /** Level Id */
            level_id: string;
            /** Level Ticks */
            level_ticks: number;
            /**
             * Number
             * @description Of that level, setup and day, from 1.
             */
            number: number;
            /** @description At the longest horizon of its first trigger; null: not known yet. */
            outcome: components["schemas"]["Outcome"] | null;
            /**
             * Outcome S
             * @description When the outcome was known.
             */
            outcome_s: number | null;
            /**
             * Setup
             * @enum {string}
             */
            setup: "level_test" | "break_and_confirm";
            /**
             * Start S
             * @description Its first trigger.
             */
            start_s: number;
        };
        /**
         * EpisodeKind
         * @description What the level's tests before this one did.
         * @enum {string}
         */
        EpisodeKind: "first_test" | "retest" | "repeat_test";
        /**
         * EpisodeList
         * @description Episodes that had begun by `as_of_s`, by their start.
         */
        EpisodeList: {
            /** As Of S */
            as_of_s: number;
            /** Episodes */
            episodes: components["schemas"]["Episode"][];
            /** Version */
            version: string;
        };
        /**
         * EventKind
         * @description What kind of thing happened; of what happened in one second, those further up are listed first.
         * @enum {string}
         */
        EventKind: "known" | "approach" | "test" | "state" | "fire" | "resolved" | "wall";
        /**
         * ExcursionQuantiles
         * @description Quantiles 10, 50 and 90 in ticks, signed by the approach.
         */
        ExcursionQuantiles: {
            /** Mae */
            mae: number[];
            /** Mfe */
            mfe: number[];
        };
        /**
         * Fact
         * @description A name and its value in words.
         */
        Fact: {
            /**
             * Code
             * @default false
             */
            code: boolean;
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /**
         * FeatureInfo
         * @description One entry of the feature catalogue.
         */
        FeatureInfo: {
            /**
             * Approach Dir
             * @description Whose vectors it enters.
             * @enum {string}
             */
            approach_dir: "both" | "from_below" | "from_above";
            /**
             * Family
             * @description What its family is about, in a sentence.
             */
            family: string;
            /** Formula */
            formula: string;
            /** Meaning */
            meaning: string;
            /** Name */
            name: string;
            /**
             * Quadrant
             * @description Where it looks: above or below the level and on which side, `reach`, `best` or `price`.
             */
            quadrant: string;
            /** Unit */
            unit: string;
        };
        /**
         * FeedName
         * @description What the feed does.
         * @enum {string}
         */
        FeedName: "preparing" | "waiting" | "connecting" | "catching_up" | "live" | "quiet" | "reconnecting" | "behind" | "refused" | "recorder_failed" | "engine_failed" | "over";
        /**
         * FeedState
         * @description The feed at a moment.
         */
        FeedState: {
            /**
             * Attempt
             * @description Of the connection that is tried; 0 while one stands.
             * @default 0
             */
            attempt: number;
            /**
             * Behind Records
             * @description Recorded and not answered yet.
             * @default 0
             */
            behind_records: number;
            /** @default null */
            catch_up: components["schemas"]["CatchUp"] | null;
            /**
             * Lag Ms
             * @description From capture to here, of the newest record.
             * @default null
             */
            lag_ms: number | null;
            /**
             * Late Windows
             * @description That were final when a record of them came.
             * @default 0
             */
            late_windows: number;
            /**
             * Message
             * @description More of it where there is: what refused, what to do.
             * @default null
             */
            message: string | null;
            /**
             * Next Try S
             * @description Wall clock of the next attempt.
             * @default null
             */
            next_try_s: number | null;
            /**
             * Per S
             * @description Records in the last second.
             * @default 0
             */
            per_s: number;
            /**
             * Reconnects
             * @default 0
             */
            reconnects: number;
            /** @default null */
            recording: components["schemas"]["Recording"] | null;
            /**
             * Records
             * @default 0
             */
            records: number;
            /**
             * Said S
             * @description Wall clock when this was said, seconds UTC with fraction.
             */
            said_s: number;
            state: components["schemas"]["FeedName"];
            /**
             * Watermark S
             * @description Capture time of the newest record.
             * @default null
             */
            watermark_s: number | null;
        };
        /**
         * FigureCell
         * @description One cell of a table.
         */
        FigureCell: {
            /**
             * Code
             * @default false
             */
            code: boolean;
            /**
             * Note
             * @description Smaller, below: an interval, a number of windows.
             * @default
             */
            note: string;
            /** Text */
            text: string;
            /**
             * Tone
             * @description Never the only carrier of a meaning.
             * @default
             * @enum {string}
             */
            tone: "" | "up";
        };
        /**
         * FigureHead
         * @description The head of a column.
         */
        FigureHead: {
            /**
             * Column
             * @description Numbers stand right; kept text is not broken.
             * @default number
             * @enum {string}
             */
            column: "number" | "text" | "kept";
            /** Text */
            text: string;
        };
        /**
         * FigureTable
         * @description A table; the first cell of a row heads the row.
         */
        FigureTable: {
            /** Caption */
            caption: string;
            /**
             * Folded
             * @description Words to open it by; empty for a table that stands open.
             * @default
             */
            folded: string;
            /** Heads */
            heads: components["schemas"]["FigureHead"][];
            /** Rows */
            rows: components["schemas"]["FigureCell"][][];
        };
        /**
         * Finding
         * @description Something missing, failed, stale or unfinished, over all days that share it.
         */
        Finding: {
            /**
             * Fix
             * @description The command that fixes it, or what to do.
             */
            fix: string;
            /** What */
            what: string;
        };
        /**
         * Histogram
         * @description Counts by value.
         */
        Histogram: {
            axis: components["schemas"]["Axis"];
            /**
             * Counted
             * @description What is counted: windows, permutations.
             */
            counted: string;
            /** Counts */
            counts: number[];
            /** Description */
            description: string;
            /**
             * Edges
             * @description One more than counts.
             */
            edges: number[];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "histogram";
            mark: components["schemas"]["Mark"] | null;
            /** Title */
            title: string;
        };
        /**
         * IfTested
         * @description What is usual from the edge of the near zone, should price test the level now.
         */
        IfTested: {
            /** Break */
            break: number;
            /** Chop */
            chop: number;
            /** Reject */
            reject: number;
        };
        /**
         * IntervalRow
         * @description One figure with its interval.
         */
        IntervalRow: {
            /**
             * Figure
             * @description The figure in words; with a sign where the lower bound of a skill is above 0.
             */
            figure: string;
            /** High */
            high: number | null;
            /** Label */
            label: string;
            /** Low */
            low: number | null;
            /**
             * Note
             * @description Windows and sessions that the figure rests on.
             */
            note: string;
            /**
             * Strong
             * @description From a similar past: drawn filled; a baseline is hollow.
             */
            strong: boolean;
            /** Value */
            value: number | null;
        };
        /**
         * Intervals
         * @description Figures with intervals, one row each, against a line to compare with.
         */
        Intervals: {
            axis: components["schemas"]["Axis"];
            /**
             * Description
             * @description The plot in a sentence, for those who hear it.
             */
            description: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "intervals";
            /**
             * Reference
             * @description 0 for a skill, the share wanted for a coverage.
             */
            reference: number;
            /** Rows */
            rows: components["schemas"]["IntervalRow"][];
            /** Title */
            title: string;
        };
        /**
         * Journal
         * @description What was kept, newest first.
         */
        Journal: {
            /** Damaged */
            damaged: components["schemas"]["DamagedEntry"][];
            /** Entries */
            entries: components["schemas"]["JournalEntry"][];
        };
        /**
         * JournalEntry
         * @description An entry with what became of its test, looked up in the lake's tables.
         */
        JournalEntry: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** At S */
            at_s: number;
            /** Id */
            id: string;
            /**
             * Kept S
             * @description When it was kept.
             */
            kept_s: number;
            /**
             * Kind
             * @description What the share is of; null where the level was not being tested.
             */
            kind: ("BREAK" | "REJECT") | null;
            /** Lake Version */
            lake_version: string;
            /** Level Id */
            level_id: string;
            /** Level Name */
            level_name: string;
            /** New York */
            new_york: string;
            /** Note */
            note: string;
            /** @description At the primary horizon of the test's first window; null while not known. */
            outcome: components["schemas"]["Outcome"] | null;
            /**
             * Outcome S
             * @description When it was known.
             */
            outcome_s: number | null;
            /**
             * Said
             * @description Its sentence, or why there is no answer.
             */
            said: string;
            /** Session Date */
            session_date: string;
            /** Share */
            share: number | null;
            /**
             * Slab
             * @description The verdict as it is printed.
             */
            slab: string;
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * Test S
             * @description The window of the test at that moment; null where the level was not being tested.
             */
            test_s: number | null;
            /** Usual */
            usual: number | null;
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "NO ANSWER" | "APPROACHING" | "TOO LITTLE PAST" | "BREAK UP" | "BREAK DOWN" | "REJECT UP" | "REJECT DOWN" | "LARGE MOVE, NO SIDE" | "NO EDGE";
        };
        /**
         * LadderGrid
         * @description The strikes of the physics ladder.
         */
        LadderGrid: {
            /**
             * Display S
             * @description Over how long it says what came, went and traded.
             */
            display_s: number;
            /**
             * Reach Points
             * @description Points either side of the price.
             */
            reach_points: number;
            /**
             * Step Ticks
             * @description Ticks of one strike.
             */
            step_ticks: number;
        };
        /**
         * LakeDay
         * @description One contract-day, or a date of the root that has none.
         */
        LakeDay: {
            /** Anomalies */
            anomalies: number;
            /** Bytes */
            bytes: number;
            /**
             * Cells
             * @description Layers that are expected of the day, or there.
             */
            cells: {
                [key: string]: components["schemas"]["Cell"];
            };
            /**
             * Chosen
             * @description Whether this is the root's contract of the day, which silver and gold are expected for.
             */
            chosen: boolean;
            /**
             * Gaps
             * @description Windows that carry a mark (halt, bad book, snapshot, ..); null before silver.
             */
            gaps: number | null;
            /**
             * Reason
             * @description Why it is not; null where it is.
             */
            reason: string | null;
            /**
             * Seconds
             * @description How long its stages worked together; null where no run was noted.
             */
            seconds: number | null;
            /**
             * Session Date
             * @description ISO date: of the session in New York, or of a raw file that belongs to none (a Sunday evening).
             */
            session_date: string;
            /**
             * Symbol
             * @description The contract; the root on a date without one.
             */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * Triggers
             * @description Trigger vectors; null before gold.
             */
            triggers: number | null;
            /**
             * Windows
             * @description 5-second windows kept; null before silver.
             */
            windows: number | null;
        };
        /**
         * LakeHealth
         * @description Contract-day by layer.
         */
        LakeHealth: {
            /**
             * Days
             * @description Oldest first.
             */
            days: components["schemas"]["LakeDay"][];
            /** Disk Free Bytes */
            disk_free_bytes: number;
            /**
             * Lake
             * @description Name of the lake's folder.
             */
            lake: string;
            /**
             * Lake Version
             * @description 16 hex digits that change when a day is added, rebuilt or removed.
             */
            lake_version: string;
            /** Layers */
            layers: ("raw" | "bronze" | "silver" | "gold")[];
            /** Problems */
            problems: components["schemas"]["Finding"][];
            /** Root */
            root: string;
            /**
             * Roots
             * @description All that the lake holds.
             */
            roots: string[];
        };
        /**
         * LastRun
         * @description How the last run of the stage that writes a table ended.
         */
        LastRun: {
            /**
             * Finished
             * @description UTC, to the second.
             */
            finished: string;
            /**
             * Message
             * @description Why it failed; empty when it did not.
             */
            message: string;
            /**
             * Seconds
             * @description How long it worked; null where it failed, or never had to work.
             */
            seconds: number | null;
            /** Stage */
            stage: string;
            /**
             * State
             * @enum {string}
             */
            state: "done" | "failed";
        };
        /**
         * LevelInfo
         * @description One level of the day as of the moment asked for.
         */
        LevelInfo: {
            /**
             * Group
             * @enum {string}
             */
            group: "premarket" | "opening_range" | "prior_day" | "overnight" | "week" | "moving" | "round" | "gamma" | "own";
            /**
             * Known At
             * @description When it is settled whether it has a price.
             * @enum {string}
             */
            known_at: "open" | "opening_range" | "initial_balance" | "session";
            /**
             * Known From S
             * @description When it became known, seconds UTC; null while it is not.
             */
            known_from_s: number | null;
            /** Level Id */
            level_id: string;
            /**
             * Moving
             * @description Whether its price changes within the session.
             */
            moving: boolean;
            /**
             * Name
             * @description For the eye, for example PM High.
             */
            name: string;
            /**
             * Price Ticks
             * @description The latest price known, which may lie between ticks; null while none is.
             */
            price_ticks: number | null;
            /**
             * Reason
             * @description Why there is no price; null where there is one.
             */
            reason: string | null;
        };
        /**
         * LevelMeaning
         * @description One level that this build knows.
         */
        LevelMeaning: {
            /** Level Id */
            level_id: string;
            /** Meaning */
            meaning: string;
            /**
             * Name
             * @description For the eye, for example PM High.
             */
            name: string;
        };
        /**
         * LinePoint
         * @description A series at one place; a value of null breaks the line.
         */
        LinePoint: {
            /**
             * Figure
             * @default
             */
            figure: string;
            /** High */
            high: number | null;
            /** Low */
            low: number | null;
            /** Value */
            value: number | null;
            /**
             * Weight
             * @description Larger marks for more; the largest of a plot has 1.
             * @default 1
             */
            weight: number;
        };
        /**
         * LineSeries
         * @description One forecaster, or one kind of market.
         */
        LineSeries: {
            /**
             * Joined
             * @description Whether a line joins the marks.
             */
            joined: boolean;
            /** Label */
            label: string;
            /** Points */
            points: components["schemas"]["LinePoint"][];
            /**
             * Strong
             * @description With a colour, shape and dash of its own; the others are grey.
             */
            strong: boolean;
        };
        /**
         * Lines
         * @description Series over places side by side: horizons, sessions, planted strengths.
         */
        Lines: {
            /**
             * Across
             * @description What the places are.
             */
            across: string;
            axis: components["schemas"]["Axis"];
            /** Description */
            description: string;
            /**
             * Dots
             * @default []
             */
            dots: components["schemas"]["Dot"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "lines";
            /** Places */
            places: string[];
            /** Series */
            series: components["schemas"]["LineSeries"][];
            /** Title */
            title: string;
        };
        /**
         * LiveFeed
         * @description How the feed does, each second and when it changes.
         */
        LiveFeed: {
            /** @description Null while nothing was said of it. */
            feed: components["schemas"]["FeedState"] | null;
            /**
             * Silent S
             * @description Since it was said, by the server's clock.
             */
            silent_s: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "feed";
        };
        /**
         * LiveProtocol
         * @description What goes over the socket `/api/live`, for the types that are generated; nothing sends it. The client says nothing.
         */
        LiveProtocol: {
            query: components["schemas"]["LiveQuery"];
            /** Server */
            server: components["schemas"]["ReplayHello"] | components["schemas"]["ReplayWindow"] | components["schemas"]["LiveFeed"] | components["schemas"]["ReplayEnd"] | components["schemas"]["ReplayProblem"];
        };
        /**
         * LiveQuery
         * @description What the socket is opened with.
         */
        LiveQuery: {
            /**
             * Date
             * Format: date
             * @description Session date.
             */
            date: string;
            /**
             * From S
             * @description The first window sent is the one that ends after this.
             */
            from_s: number;
            /**
             * Horizon S
             * @description Of the ladder and the conditions.
             * @default 60
             * @enum {integer}
             */
            horizon_s: 60 | 120 | 240;
            /**
             * Levels
             * @description Levels whose conditions are sent, by commas, at most 8.
             * @default null
             */
            levels: string | null;
            /**
             * Symbol
             * @description A contract or a root.
             */
            symbol: string;
            /**
             * Version
             * @default null
             */
            version: string | null;
        };
        /**
         * Manifest
         * @description What a complete partition holds and what it was made from. Equal inputs give equal bytes: there is no clock in it.
         */
        Manifest: {
            /** Anomalies */
            anomalies: {
                [key: string]: components["schemas"]["Anomaly"];
            };
            /** Code Sha256 */
            code_sha256: string;
            /** Contract Sha256 */
            contract_sha256: string;
            /** Dataset */
            dataset: string;
            /** Date */
            date: string;
            /** Facts */
            facts: {
                [key: string]: unknown;
            };
            /** Files */
            files: components["schemas"]["PartFile"][];
            /** Inputs */
            inputs: {
                [key: string]: string;
            };
            /** Rows */
            rows: number;
            /** Settings Sha256 */
            settings_sha256: string;
            /** Stage */
            stage: string;
            /** Symbol */
            symbol: string;
        };
        /**
         * Mark
         * @description A value to compare with.
         */
        Mark: {
            /** Label */
            label: string;
            /** Value */
            value: number;
        };
        /**
         * MomentToKeep
         * @description A moment of the board. What was said of it the server looks up itself.
         */
        MomentToKeep: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** As Of S */
            as_of_s: number;
            /** Level */
            level: string;
            /** Note */
            note: string;
            /**
             * Picture
             * Format: base64
             * @description A PNG of the board, in base64.
             */
            picture: string;
            /**
             * Symbol
             * @description A contract or a root.
             */
            symbol: string;
        };
        /**
         * NextEpisode
         * @description A moment to jump to, and nothing about it.
         */
        NextEpisode: {
            /**
             * Ts S
             * @description Start of the next (previous) level test; null where there is none.
             */
            ts_s: number | null;
        };
        /**
         * NoApproach
         * @description Price does not come to the level from that side.
         */
        NoApproach: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            state: "none";
            /** Synthetic */
            synthetic: boolean;
            /** Version */
            version: string;
        };
        /**
         * NoSetupYet
         * @description Nothing to answer yet, as is usual before a first test.
         */
        NoSetupYet: {
            /** As Of S */
            as_of_s: number;
            /**
             * Message
             * @description Why: the level is not known yet, or was not tested from that side.
             */
            message: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            state: "none";
            /** Synthetic */
            synthetic: boolean;
            /** Version */
            version: string;
        };
        /**
         * Outcome
         * @description What came first within the horizon, the upper or the lower barrier.
         * @enum {string}
         */
        Outcome: "CHOP" | "BREAK_UP" | "BREAK_DOWN" | "REJECT_UP" | "REJECT_DOWN" | "WHIPSAW" | "CENSORED";
        /**
         * OutcomeCounts
         * @description How many neighbours ended so at the answer's horizon.
         */
        OutcomeCounts: {
            /** Break */
            BREAK: number;
            /** Censored */
            CENSORED: number;
            /** Chop */
            CHOP: number;
            /** Reject */
            REJECT: number;
            /** Whipsaw */
            WHIPSAW: number;
        };
        /**
         * OutcomeRow
         * @description The outcome distribution at one horizon, and what of the similar setups was seen to it.
         */
        OutcomeRow: {
            break: components["schemas"]["ClassShare"];
            /**
             * By Class
             * @description The same by what became of them; whipsaws are CHOP.
             */
            by_class: components["schemas"]["ClassExcursions"][];
            chop: components["schemas"]["ClassShare"];
            /** Days */
            days: number;
            /** Episodes */
            episodes: number;
            /** @description Of all setups; null below eight. */
            excursions: components["schemas"]["ExcursionQuantiles"] | null;
            /** Horizon S */
            horizon_s: number;
            /**
             * N Eff
             * @description Effective number of episodes.
             */
            n_eff: number;
            reject: components["schemas"]["ClassShare"];
            /**
             * Whipsaw
             * @description Share of both barriers at one time; part of chop.
             */
            whipsaw: number;
        };
        /**
         * Part
         * @description One section of the report, rendered in the order of the fields.
         */
        Part: {
            /**
             * Basis
             * @description Windows, sessions and dates that the figures rest on.
             * @default
             */
            basis: string;
            /**
             * Bullets
             * @default []
             */
            bullets: components["schemas"]["Bullets"][];
            /**
             * Caption
             * @description How to read the plots.
             * @default
             */
            caption: string;
            /**
             * Facts
             * @default []
             */
            facts: components["schemas"]["Fact"][];
            /** Id */
            id: string;
            /**
             * Missing
             * @description Sentences where something could not be shown.
             * @default []
             */
            missing: string[];
            /**
             * Plots
             * @description All of one kind.
             * @default []
             */
            plots: (components["schemas"]["Intervals"] | components["schemas"]["Lines"] | components["schemas"]["Reliability"] | components["schemas"]["Histogram"])[];
            /**
             * Sentences
             * @default []
             */
            sentences: string[];
            /**
             * Synthetic
             * @description Whether the figures are of simulated data.
             */
            synthetic: boolean;
            /**
             * Tables
             * @default []
             */
            tables: components["schemas"]["FigureTable"][];
            /** Title */
            title: string;
        };
        /**
         * PartFile
         * @description One data file of a partition.
         */
        PartFile: {
            /** Bytes */
            bytes: number;
            /** Name */
            name: string;
            /** Rows */
            rows: number;
            /** Sha256 */
            sha256: string;
        };
        /**
         * PartitionView
         * @description One partition, from its manifest.
         */
        PartitionView: {
            /** Dataset */
            dataset: string;
            /** @description Null where no run was noted. */
            last_run: components["schemas"]["LastRun"] | null;
            /** @description Null where nothing is published, and for raw. */
            manifest: components["schemas"]["Manifest"] | null;
            /**
             * Raw
             * @description What is known of a day's raw files; null for other layers.
             */
            raw: {
                [key: string]: unknown;
            } | null;
            /**
             * Rebuild
             * @description The command that builds it anew.
             */
            rebuild: string;
            /** Session Date */
            session_date: string;
            /**
             * State
             * @enum {string}
             */
            state: "done" | "missing" | "failed" | "stale";
            /** Symbol */
            symbol: string;
            /** Why */
            why: string | null;
        };
        /**
         * PastSeen
         * @description What the answer could see.
         */
        PastSeen: {
            /** Days */
            days: number;
            /**
             * End
             * @description Its last session, ISO date; null without a past.
             */
            end: string | null;
            /**
             * Episodes
             * @description Tests of all levels, both directions.
             */
            episodes: number;
        };
        /**
         * PathFan
         * @description Quantiles of where the mid went from here, in ticks from the level: of all neighbours by their weight, and of what is usual.
         *
         *     Every path goes on from where price stands, turned to the setup's side, in barriers of the setup. Null where fewer are known than
         *     quantiles need.
         */
        PathFan: {
            /**
             * Base Q10
             * @description Usual: of all past setups, from where price stood as it does now, equal weight.
             */
            base_q10: (number | null)[];
            /** Base Q50 */
            base_q50: (number | null)[];
            /** Base Q90 */
            base_q90: (number | null)[];
            /**
             * Base Setups
             * @description Past setups that usual is taken from.
             */
            base_setups: number;
            /** Q10 */
            q10: (number | null)[];
            /** Q50 */
            q50: (number | null)[];
            /** Q90 */
            q90: (number | null)[];
            /**
             * T S
             * @description Seconds after the trigger.
             */
            t_s: number[];
        };
        /**
         * Physics
         * @description What the book does at the window's end.
         */
        Physics: {
            /**
             * Asks Give
             * @description How fast the asks behind the touch give way, times usual at the day's pace.
             */
            asks_give: number | null;
            /**
             * Balance
             * @enum {string}
             */
            balance: "even" | "up" | "down" | "vacuum" | "hold";
            /** Balance Held S */
            balance_held_s: number;
            /**
             * Balance Level
             * @description 0 below the mark to watch, 1 beyond it, 2 beyond the mark at which it counts.
             */
            balance_level: number;
            /** Bids Give */
            bids_give: number | null;
            /**
             * Coming
             * @description Whether price comes to the level.
             */
            coming: boolean;
            /** Conditions */
            conditions: components["schemas"]["ConditionNow"][];
            /** Count Down */
            count_down: number;
            /**
             * Count Up
             * @description Conditions whose sign speaks for up.
             */
            count_up: number;
            /** Strikes */
            strikes: components["schemas"]["StrikeNow"][];
            /** Walls */
            walls: components["schemas"]["WallNow"][];
        };
        /**
         * PressureState
         * @description How ready the setup at a level is in one window.
         * @enum {string}
         */
        PressureState: "IDLE" | "TRACK" | "WATCH" | "ARMED" | "FIRE";
        /**
         * Problem
         * @description Why there is no answer, and what to do.
         */
        Problem: {
            /**
             * Code
             * @enum {string}
             */
            code: "unknown_day" | "unknown_level" | "unknown_table" | "unknown_page" | "unknown_entry" | "bad_method" | "no_index" | "no_evaluation" | "not_built" | "day_changed" | "stale_index" | "bad_request" | "too_many" | "too_large" | "too_slow" | "unauthorised" | "bad_host" | "rebuilding" | "not_ready" | "preparing" | "read_only" | "disk_full" | "corrupt" | "internal";
            /**
             * Fix
             * @description The command that fixes it, or what to do; null where nothing does.
             */
            fix: string | null;
            /**
             * Message
             * @description What, which value, what was expected.
             */
            message: string;
        };
        /**
         * Ready
         * @description The lake can be read and has something to show, and the first answer is prepared.
         */
        Ready: {
            /** Days */
            days: number;
            /**
             * Status
             * @description ready
             */
            status: string;
        };
        /**
         * Reason
         * @description One feature that brings two setups together or holds them apart.
         */
        Reason: {
            /**
             * Dim
             * @description The vector's dimension it is shown by.
             */
            dim: string;
            /** Feature */
            feature: string;
            /**
             * Label
             * @description In words.
             */
            label: string;
            /** Neighbour Sigma */
            neighbour_sigma: number;
            /**
             * Query Sigma
             * @description This setup, in robust sigmas from the past's median.
             */
            query_sigma: number;
            /**
             * Share
             * @description Of all that they share, or of their squared distance; of all the feature's dimensions together.
             */
            share: number;
        };
        /**
         * Recording
         * @description What is written.
         */
        Recording: {
            /** Bytes */
            bytes: number;
            /**
             * Free Bytes
             * @description Left on the disk.
             */
            free_bytes: number;
            /** Segment */
            segment: string;
        };
        /**
         * Reliability
         * @description Stated probability across, observed frequency up, both from 0 to 1, and the windows of each bin.
         */
        Reliability: {
            /** Description */
            description: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "reliability";
            /** Outcomes */
            outcomes: components["schemas"]["StatedOutcome"][];
            /** Title */
            title: string;
        };
        /**
         * ReplayConditions
         * @description One level in one window.
         */
        ReplayConditions: {
            /**
             * Ask Shift Ticks
             * @description How far all but fills moved the asks above the level, above 0 up; null without asks.
             */
            ask_shift_ticks: number | null;
            balance: components["schemas"]["Balance"];
            /** Balance Held S */
            balance_held_s: number;
            /**
             * Balance Level
             * @description 0 below the mark to watch, 1 beyond it, 2 beyond the mark at which it counts.
             */
            balance_level: number;
            /**
             * Bid Shift Ticks
             * @description The same of the bids below it, above 0 down.
             */
            bid_shift_ticks: number | null;
            /** Contracts */
            contracts: (number | null)[];
            /** Count Down */
            count_down: number;
            /**
             * Count Up
             * @description Conditions whose sign speaks for up.
             */
            count_up: number;
            /**
             * Distance Ticks
             * @description Mid minus level.
             */
            distance_ticks: number;
            /** Level Id */
            level_id: string;
            /** Near S */
            near_s: number;
            /**
             * Signs
             * @description 1: it is happening, beyond the past's mark; -1: the side stands; 0: nothing unusual.
             */
            signs: number[];
            state: components["schemas"]["PressureState"];
            /**
             * Times
             * @description Conditions 1 to 4, as fast as usual; null without a past.
             */
            times: (number | null)[];
            /** Touches */
            touches: number;
        };
        /**
         * ReplayEnd
         * @description The session is over.
         */
        ReplayEnd: {
            /** As Of S */
            as_of_s: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "end";
        };
        /**
         * ReplayEvent
         * @description One thing that happened.
         */
        ReplayEvent: {
            /** At S */
            at_s: number;
            kind: components["schemas"]["EventKind"];
            /**
             * Level Id
             * @description Null where it belongs to no level.
             */
            level_id: string | null;
            /** Text */
            text: string;
        };
        /**
         * ReplayHello
         * @description First message of a replay.
         */
        ReplayHello: {
            /** From S */
            from_s: number;
            /**
             * Mode
             * @enum {string}
             */
            mode: "replay" | "live";
            /** Session Date */
            session_date: string;
            /**
             * Speed
             * @description Market seconds a second.
             */
            speed: number;
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "hello";
            /** Version */
            version: string;
        };
        /**
         * ReplayLadder
         * @description The strikes of one window, ascending from `base_strike_ticks`; contracts, long is the bid side.
         *
         *     What came, was pulled and filled, bought and sold, and who leads, is of the horizon asked for; what rests is of the window's end.
         */
        ReplayLadder: {
            /** Base Strike Ticks */
            base_strike_ticks: number;
            /** Buys */
            buys: number[];
            /** Long Came */
            long_came: number[];
            /** Long Depth */
            long_depth: number[];
            /** Long Filled */
            long_filled: number[];
            /** Long Pulled */
            long_pulled: number[];
            /**
             * Long Usual Tenths
             * @description What rests against usual in tenths, 10 is as usual: the digits shown, rounded once. -1 without a past to scale by.
             */
            long_usual_tenths: number[];
            /** Sells */
            sells: number[];
            /** Short Came */
            short_came: number[];
            /** Short Depth */
            short_depth: number[];
            /** Short Filled */
            short_filled: number[];
            /** Short Pulled */
            short_pulled: number[];
            /** Short Usual Tenths */
            short_usual_tenths: number[];
            /**
             * Winner
             * @description 1 longs lead by what rests against usual, -1 shorts, 0 neither.
             */
            winner: number[];
        };
        /**
         * ReplayLevel
         * @description A level's new price.
         */
        ReplayLevel: {
            /** Known From S */
            known_from_s: number;
            /** Level Id */
            level_id: string;
            /** Price Ticks */
            price_ticks: number;
        };
        /**
         * ReplayPause
         * @description Client: stop.
         */
        ReplayPause: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "pause";
        };
        /**
         * ReplayProblem
         * @description Why the replay stops.
         */
        ReplayProblem: {
            /**
             * Code
             * @enum {string}
             */
            code: "unknown_day" | "unknown_level" | "unknown_table" | "unknown_page" | "unknown_entry" | "bad_method" | "no_index" | "no_evaluation" | "not_built" | "day_changed" | "stale_index" | "bad_request" | "too_many" | "too_large" | "too_slow" | "unauthorised" | "bad_host" | "rebuilding" | "not_ready" | "preparing" | "read_only" | "disk_full" | "corrupt" | "internal";
            /**
             * Fix
             * @description The command that fixes it, or what to do; null where nothing does.
             */
            fix: string | null;
            /**
             * Message
             * @description What, which value, what was expected.
             */
            message: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "problem";
        };
        /**
         * ReplayProtocol
         * @description What goes over the socket `/api/replay`, for the types that are generated; nothing sends it.
         */
        ReplayProtocol: {
            /** Client */
            client: components["schemas"]["ReplaySpeed"] | components["schemas"]["ReplayPause"] | components["schemas"]["ReplayResume"];
            query: components["schemas"]["ReplayQuery"];
            /** Server */
            server: components["schemas"]["ReplayHello"] | components["schemas"]["ReplayWindow"] | components["schemas"]["ReplayEnd"] | components["schemas"]["ReplayProblem"];
        };
        /**
         * ReplayQuery
         * @description What the socket is opened with.
         */
        ReplayQuery: {
            /**
             * Date
             * Format: date
             * @description Session date.
             */
            date: string;
            /**
             * From S
             * @description The first window sent is the one that ends after this.
             */
            from_s: number;
            /**
             * Horizon S
             * @description Of the ladder and the conditions.
             * @default 60
             * @enum {integer}
             */
            horizon_s: 60 | 120 | 240;
            /**
             * Levels
             * @description Levels whose conditions are sent, by commas, at most 8.
             * @default null
             */
            levels: string | null;
            /**
             * Speed
             * @description Market seconds a second.
             * @default 1
             */
            speed: number;
            /**
             * Symbol
             * @description A contract or a root.
             */
            symbol: string;
            /**
             * Version
             * @default null
             */
            version: string | null;
        };
        /**
         * ReplayResume
         * @description Client: go on.
         */
        ReplayResume: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "resume";
        };
        /**
         * ReplaySpeed
         * @description Client: go on at another speed.
         */
        ReplaySpeed: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "speed";
            /**
             * Value
             * @description Market seconds a second.
             */
            value: number;
        };
        /**
         * ReplayTrade
         * @description What traded at one tick in one window, contracts by the side that took.
         */
        ReplayTrade: {
            /** Buys */
            buys: number;
            /** Price Ticks */
            price_ticks: number;
            /** Sells */
            sells: number;
        };
        /**
         * ReplayWall
         * @description One wall in one window.
         */
        ReplayWall: {
            /** Depth */
            depth: number;
            /**
             * Eaten
             * @description Contracts filled of it since it appeared.
             */
            eaten: number;
            event: components["schemas"]["WallEvent"];
            /** Massive */
            massive: boolean;
            /**
             * Peak
             * @description What rested when it appeared, or last grew by half.
             */
            peak: number;
            /**
             * Side
             * @enum {string}
             */
            side: "bid" | "ask";
            /**
             * Since S
             * @description When it appeared.
             */
            since_s: number;
            /** Strike Ticks */
            strike_ticks: number;
            /**
             * Times
             * @description What rests, times usual; null where the touch cuts the strike.
             */
            times: number | null;
        };
        /**
         * ReplayWindow
         * @description One window, sent when it is over.
         */
        ReplayWindow: {
            /** Ask Ticks */
            ask_ticks: number | null;
            /**
             * Base Ticks
             * @description Tick of the heat's first number; null without heat.
             */
            base_ticks: number | null;
            /** Bid Ticks */
            bid_ticks: number | null;
            /** Buy Volume */
            buy_volume: number;
            /** Close Ticks */
            close_ticks: number | null;
            /** Conditions */
            conditions: components["schemas"]["ReplayConditions"][];
            /**
             * Episodes
             * @description Those that began, went on or were decided in this window, as known at its end.
             */
            episodes: components["schemas"]["Episode"][];
            /**
             * Events
             * @description What became known in this window.
             */
            events: components["schemas"]["ReplayEvent"][];
            /**
             * Heat
             * @description Base64 of the contracts that rest at each of 97 ticks, 16 bits each, low byte first.
             */
            heat: string | null;
            /** High Ticks */
            high_ticks: number | null;
            ladder: components["schemas"]["ReplayLadder"] | null;
            /**
             * Levels
             * @description Prices that became known in this window.
             */
            levels: components["schemas"]["ReplayLevel"][];
            /** Low Ticks */
            low_ticks: number | null;
            /** Marks */
            marks: number;
            /** Open Ticks */
            open_ticks: number | null;
            /** Records */
            records: number;
            /** Sell Volume */
            sell_volume: number;
            /**
             * Sent S
             * @description Wall clock, seconds UTC with fraction.
             */
            sent_s: number;
            /** Start S */
            start_s: number;
            /**
             * Trades
             * @description Within the heat's ticks, by price.
             */
            trades: components["schemas"]["ReplayTrade"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "window";
            /** Volume */
            volume: number;
            /** Walls */
            walls: components["schemas"]["ReplayWall"][];
        };
        /**
         * Report
         * @description A whole report; the headline is what the reader sees first.
         */
        Report: {
            /**
             * Facts
             * @description The few numbers that weigh the verdict.
             */
            facts: components["schemas"]["Fact"][];
            /**
             * Good
             * @description Whether the headline reports what was hoped for.
             */
            good: boolean;
            /** Headline */
            headline: string;
            /**
             * Kicker
             * @description The question, and of what it is asked.
             */
            kicker: string;
            /** Parts */
            parts: components["schemas"]["Part"][];
            /**
             * Sentence
             * @description The verdict with its figures; may be empty.
             */
            sentence: string;
            /** Synthetic */
            synthetic: boolean;
            /** Title */
            title: string;
        };
        /**
         * SaidBefore
         * @description How often a class came, of the windows in which the answer gave it about the same chance.
         */
        SaidBefore: {
            /**
             * Came
             * @description Share of them in which it came; null where there is none.
             */
            came: number | null;
            /** Came High */
            came_high: number | null;
            /**
             * Came Low
             * @description Interval over sessions; null below five.
             */
            came_low: number | null;
            /** Days */
            days: number;
            /**
             * High
             * @description To here, not included.
             */
            high: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "BREAK" | "REJECT";
            /**
             * Low
             * @description Chances from here.
             */
            low: number;
            /** Windows */
            windows: number;
        };
        /**
         * ScoreRow
         * @description The tests on which a side was called: the trader, the usual side, and the answer's lead where it had one.
         */
        ScoreRow: {
            lead: components["schemas"]["Tally"];
            /** Name */
            name: string;
            own: components["schemas"]["Tally"];
            /**
             * Passed
             * @description Calls of no edge, which are neither right nor wrong.
             */
            passed: number;
            usual: components["schemas"]["Tally"];
        };
        /**
         * Seen
         * @description What similar setups did, beside what was to be expected of them from where price stood at each.
         */
        Seen: {
            /** Broke */
            broke: number;
            /** Days */
            days: number;
            /** Expected Broke */
            expected_broke: number;
            /** Expected Rejected */
            expected_rejected: number;
            /** Neither */
            neither: number;
            /** Rejected */
            rejected: number;
            /** Setups */
            setups: number;
        };
        /**
         * SetupAnswer
         * @description The newest trigger of a level and approach, its similar past, and what happened next.
         */
        SetupAnswer: {
            /**
             * Age S
             * @description as_of minus the trigger.
             */
            age_s: number;
            /** As Of S */
            as_of_s: number;
            counts: components["schemas"]["OutcomeCounts"];
            /** Distance */
            distance: number | null;
            /** Distance Percentile */
            distance_percentile: number | null;
            edge: components["schemas"]["Edge"];
            /** @description Null below eight neighbours whose days' windows are in the lake. */
            fan: components["schemas"]["PathFan"] | null;
            /**
             * Horizon S
             * @description The horizon of the verdict and of the neighbours' outcomes.
             */
            horizon_s: number;
            /**
             * Interval
             * @description Probability that the intervals hold.
             */
            interval: number;
            /**
             * Kind
             * @description What the chance is said of.
             * @enum {string}
             */
            kind: "BREAK" | "REJECT";
            /**
             * Match Days
             * @description Sessions that the neighbours are of.
             */
            match_days: number;
            /**
             * N Eff
             * @description Effective number of setups.
             */
            n_eff: number;
            /**
             * Neighbours
             * @description Nearest first.
             */
            neighbours: components["schemas"]["DrawnNeighbour"][];
            /** Nothing Like It */
            nothing_like_it: boolean;
            /** Outcomes */
            outcomes: components["schemas"]["OutcomeRow"][];
            /**
             * Own Path
             * @description As a neighbour's path, up to as_of.
             */
            own_path: [
                number,
                number
            ][];
            past: components["schemas"]["PastSeen"];
            record: components["schemas"]["TrackRecord"];
            /**
             * Said
             * @description Its sentence: the chance, what is usual from here, and what similar setups did.
             */
            said: string;
            seen: components["schemas"]["Seen"];
            /**
             * Sentence
             * @description Where price stands, and what the book does.
             */
            sentence: string;
            setup: components["schemas"]["SetupInfo"];
            /**
             * Slab
             * @description The verdict as it is printed.
             */
            slab: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            state: "setup";
            /**
             * Strangeness
             * @description How far the neighbours are, in words.
             */
            strangeness: string;
            /** Synthetic */
            synthetic: boolean;
            /**
             * Together
             * @description What the setup and its neighbours share, the most first; none without neighbours.
             */
            together: components["schemas"]["SharedTrait"][];
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "NO ANSWER" | "APPROACHING" | "TOO LITTLE PAST" | "BREAK UP" | "BREAK DOWN" | "REJECT UP" | "REJECT DOWN" | "LARGE MOVE, NO SIDE" | "NO EDGE";
            /** Version */
            version: string;
        };
        /**
         * SetupInfo
         * @description The trigger of the request.
         */
        SetupInfo: {
            /**
             * Age S
             * @description Since the first window of its episode.
             */
            age_s: number;
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** Barrier Ticks */
            barrier_ticks: number;
            /** Confluent Ids */
            confluent_ids: string[];
            /**
             * Distance Ticks
             * @description Mid beyond the level in the approach's direction; below 0 not there yet.
             */
            distance_ticks: number;
            /** Episode */
            episode: number;
            episode_kind: components["schemas"]["EpisodeKind"];
            /** Level Id */
            level_id: string;
            /** Level Price */
            level_price: number;
            /** Level Ticks */
            level_ticks: number;
            /** Mid Price */
            mid_price: number;
            /** Mid Ticks */
            mid_ticks: number;
            /** New York */
            new_york: string;
            /** @description Null while the day's pressure stream, ladder or walls are not built. */
            physics: components["schemas"]["Physics"] | null;
            /** Session Date */
            session_date: string;
            /**
             * Setup
             * @enum {string}
             */
            setup: "level_test" | "break_and_confirm";
            /** Symbol */
            symbol: string;
            /**
             * Tick
             * @description Points of one tick.
             */
            tick: number;
            /** Ts S */
            ts_s: number;
            /**
             * Where
             * @description The same in words: 1.25 points away.
             */
            where: string;
            /**
             * X Ticks
             * @description Mid beyond what the barriers surround: the level, or the mid at a confirmation.
             */
            x_ticks: number;
        };
        /**
         * SetupList
         * @description Episodes of a root, newest first, and what can be asked for.
         */
        SetupList: {
            /** Kinds */
            kinds: components["schemas"]["EpisodeKind"][];
            /**
             * Level Names
             * @description What each of them is called, by level_id.
             */
            level_names: {
                [key: string]: string;
            };
            /** Levels */
            levels: string[];
            /** Setups */
            setups: components["schemas"]["SetupRow"][];
            /**
             * Total
             * @description How many there are; at most 500 are listed.
             */
            total: number;
        };
        /**
         * SetupRow
         * @description One episode by its first trigger, with what is known of its outcome.
         */
        SetupRow: {
            /**
             * Approach Dir
             * @enum {string}
             */
            approach_dir: "from_above" | "from_below";
            /** Distance Ticks */
            distance_ticks: number;
            /** Episode */
            episode: number;
            episode_kind: components["schemas"]["EpisodeKind"];
            /** Level Id */
            level_id: string;
            /** Level Ticks */
            level_ticks: number;
            /** Mae Ticks */
            mae_ticks: number | null;
            /** Mfe Ticks */
            mfe_ticks: number | null;
            /** @description At the primary horizon; null while not known. */
            outcome: components["schemas"]["Outcome"] | null;
            /** Session Date */
            session_date: string;
            /** Symbol */
            symbol: string;
            /** Synthetic */
            synthetic: boolean;
            /** Ts S */
            ts_s: number;
        };
        /**
         * SharedTrait
         * @description One thing that a setup and its neighbours have in common.
         */
        SharedTrait: {
            /** Phrase */
            phrase: string;
            /**
             * Share
             * @description Of all that brings the neighbours near, each by its weight.
             */
            share: number;
        };
        /**
         * StatedBin
         * @description Forecasts of about the same probability.
         */
        StatedBin: {
            /** Figure */
            figure: string;
            /** Frequency */
            frequency: number;
            /** High */
            high: number | null;
            /** Low */
            low: number | null;
            /** P */
            p: number;
            /** Windows */
            windows: number;
        };
        /**
         * StatedOutcome
         * @description One outcome's bins.
         */
        StatedOutcome: {
            /** Bins */
            bins: components["schemas"]["StatedBin"][];
            /** Outcome */
            outcome: string;
        };
        /**
         * StrikeNow
         * @description One $1 strike at the window's end.
         */
        StrikeNow: {
            /** Long Depth */
            long_depth: number;
            /** Long Times Usual */
            long_times_usual: number | null;
            /**
             * Price
             * @description Points; the strike holds the ticks from here up to the next.
             */
            price: number;
            /** Short Depth */
            short_depth: number;
            /** Short Times Usual */
            short_times_usual: number | null;
            /**
             * Winner
             * @enum {string}
             */
            winner: "even" | "longs" | "shorts";
        };
        /**
         * TableInfo
         * @description One table of the lake, from its contract.
         */
        TableInfo: {
            /** Columns */
            columns: components["schemas"]["ColumnInfo"][];
            /** Dataset */
            dataset: string;
            /**
             * Layer
             * @enum {string}
             */
            layer: "raw" | "bronze" | "silver" | "gold";
            /** Meaning */
            meaning: string;
        };
        /**
         * TableState
         * @description One table of one contract-day.
         */
        TableState: {
            /**
             * Anomalies
             * @description Impossible records and gaps that its manifest counts.
             */
            anomalies: number;
            /**
             * Bytes
             * @description Of its data files.
             */
            bytes: number;
            /**
             * Dataset
             * @description For example silver.future_mbo.levels.
             */
            dataset: string;
            /**
             * Rows
             * @description 0 where nothing is there, and for raw files, whose records nobody counted.
             */
            rows: number;
            /**
             * State
             * @enum {string}
             */
            state: "done" | "missing" | "failed" | "stale";
            /**
             * Symbol
             * @description Whose partition it is: the contract; the root for raw files and bronze's list of contracts.
             */
            symbol: string;
            /**
             * Why
             * @description Why it failed, is stale or is missing; null where it is done.
             */
            why: string | null;
        };
        /**
         * Tally
         * @description How many sides were right.
         */
        Tally: {
            /** High */
            high: number | null;
            /**
             * Low
             * @description Wilson's interval of the share; null where n is 0.
             */
            low: number | null;
            /** N */
            n: number;
            /** Right */
            right: number;
        };
        /**
         * TrackRecord
         * @description What was said on this lake's sessions before, each from its own past alone, and what came of it. All levels, both directions.
         */
        TrackRecord: {
            /** Fires */
            fires: number;
            /** Hit High */
            hit_high: number | null;
            /** Hit Low */
            hit_low: number | null;
            /**
             * Hit Share
             * @description Share of the fires whose class came within the horizon.
             */
            hit_share: number | null;
            /** Net High */
            net_high: number | null;
            /** Net Low */
            net_low: number | null;
            /**
             * Net Ticks
             * @description Ticks a fire after cost, held to a barrier or to the horizon.
             */
            net_ticks: number | null;
            /** Per Day */
            per_day: number | null;
            said: components["schemas"]["SaidBefore"];
            /** Sentences */
            sentences: string[];
            /**
             * Sessions
             * @description Past sessions with signals.
             */
            sessions: number;
        };
        /**
         * WallEvent
         * @description What happened to a wall in a window.
         * @enum {string}
         */
        WallEvent: "stands" | "appeared" | "grew" | "pulled" | "eaten" | "absorbing" | "left";
        /**
         * WallNow
         * @description A wall that stands, or was pulled or eaten within the last minute.
         */
        WallNow: {
            /**
             * Ago S
             * @description Since the window of the event; 0 for one that stands.
             */
            ago_s: number;
            /**
             * Contracts
             * @description What rests; of one pulled or eaten what went.
             */
            contracts: number;
            /**
             * Event
             * @description What happened to it last; stands where nothing did.
             * @enum {string}
             */
            event: "stands" | "appeared" | "grew" | "pulled" | "eaten" | "absorbing" | "left";
            /** Massive */
            massive: boolean;
            /**
             * Price
             * @description Points, of its strike.
             */
            price: number;
            /**
             * Side
             * @enum {string}
             */
            side: "bid" | "ask";
            /**
             * W
             * @description Times usual, or the neighbours' median where that is more.
             */
            w: number | null;
        };
        /**
         * WhyNear
         * @description Why a neighbour is near; it explains a distance, not an outcome. The most first.
         */
        WhyNear: {
            /** Apart */
            apart: components["schemas"]["Reason"][];
            /**
             * Blocks
             * @description Share of the squared distance by block of the vector.
             */
            blocks: {
                [key: string]: number;
            };
            /** Together */
            together: components["schemas"]["Reason"][];
        };
        /**
         * WindowList
         * @description Windows that follow one another, as the replay sends them.
         */
        WindowList: {
            /** Version */
            version: string;
            /** Windows */
            windows: components["schemas"]["ReplayWindow"][];
        };
        /**
         * ZoneTicks
         * @description Largest distance from a level, in ticks, that belongs to each zone.
         */
        ZoneTicks: {
            /** At */
            at: number;
            /** Far */
            far: number;
            /** Mid */
            mid: number;
            /** Near */
            near: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AbsentTable = components['schemas']['AbsentTable'];
export type Alive = components['schemas']['Alive'];
export type Anomaly = components['schemas']['Anomaly'];
export type ApproachAnswer = components['schemas']['ApproachAnswer'];
export type Axis = components['schemas']['Axis'];
export type Balance = components['schemas']['Balance'];
export type Bullet = components['schemas']['Bullet'];
export type Bullets = components['schemas']['Bullets'];
export type CallToKeep = components['schemas']['CallToKeep'];
export type Catalogue = components['schemas']['Catalogue'];
export type CatchUp = components['schemas']['CatchUp'];
export type Cell = components['schemas']['Cell'];
export type ClassExcursions = components['schemas']['ClassExcursions'];
export type ClassShare = components['schemas']['ClassShare'];
export type ColumnInfo = components['schemas']['ColumnInfo'];
export type ConditionNow = components['schemas']['ConditionNow'];
export type DamagedEntry = components['schemas']['DamagedEntry'];
export type Day = components['schemas']['Day'];
export type DayEntry = components['schemas']['DayEntry'];
export type DayList = components['schemas']['DayList'];
export type Dot = components['schemas']['Dot'];
export type DrawnNeighbour = components['schemas']['DrawnNeighbour'];
export type DrillCall = components['schemas']['DrillCall'];
export type DrillMoment = components['schemas']['DrillMoment'];
export type DrillResult = components['schemas']['DrillResult'];
export type DrillScore = components['schemas']['DrillScore'];
export type Edge = components['schemas']['Edge'];
export type Episode = components['schemas']['Episode'];
export type EpisodeKind = components['schemas']['EpisodeKind'];
export type EpisodeList = components['schemas']['EpisodeList'];
export type EventKind = components['schemas']['EventKind'];
export type ExcursionQuantiles = components['schemas']['ExcursionQuantiles'];
export type Fact = components['schemas']['Fact'];
export type FeatureInfo = components['schemas']['FeatureInfo'];
export type FeedName = components['schemas']['FeedName'];
export type FeedState = components['schemas']['FeedState'];
export type FigureCell = components['schemas']['FigureCell'];
export type FigureHead = components['schemas']['FigureHead'];
export type FigureTable = components['schemas']['FigureTable'];
export type Finding = components['schemas']['Finding'];
export type Histogram = components['schemas']['Histogram'];
export type IfTested = components['schemas']['IfTested'];
export type IntervalRow = components['schemas']['IntervalRow'];
export type Intervals = components['schemas']['Intervals'];
export type Journal = components['schemas']['Journal'];
export type JournalEntry = components['schemas']['JournalEntry'];
export type LadderGrid = components['schemas']['LadderGrid'];
export type LakeDay = components['schemas']['LakeDay'];
export type LakeHealth = components['schemas']['LakeHealth'];
export type LastRun = components['schemas']['LastRun'];
export type LevelInfo = components['schemas']['LevelInfo'];
export type LevelMeaning = components['schemas']['LevelMeaning'];
export type LinePoint = components['schemas']['LinePoint'];
export type LineSeries = components['schemas']['LineSeries'];
export type Lines = components['schemas']['Lines'];
export type LiveFeed = components['schemas']['LiveFeed'];
export type LiveProtocol = components['schemas']['LiveProtocol'];
export type LiveQuery = components['schemas']['LiveQuery'];
export type Manifest = components['schemas']['Manifest'];
export type Mark = components['schemas']['Mark'];
export type MomentToKeep = components['schemas']['MomentToKeep'];
export type NextEpisode = components['schemas']['NextEpisode'];
export type NoApproach = components['schemas']['NoApproach'];
export type NoSetupYet = components['schemas']['NoSetupYet'];
export type Outcome = components['schemas']['Outcome'];
export type OutcomeCounts = components['schemas']['OutcomeCounts'];
export type OutcomeRow = components['schemas']['OutcomeRow'];
export type Part = components['schemas']['Part'];
export type PartFile = components['schemas']['PartFile'];
export type PartitionView = components['schemas']['PartitionView'];
export type PastSeen = components['schemas']['PastSeen'];
export type PathFan = components['schemas']['PathFan'];
export type Physics = components['schemas']['Physics'];
export type PressureState = components['schemas']['PressureState'];
export type Problem = components['schemas']['Problem'];
export type Ready = components['schemas']['Ready'];
export type Reason = components['schemas']['Reason'];
export type Recording = components['schemas']['Recording'];
export type Reliability = components['schemas']['Reliability'];
export type ReplayConditions = components['schemas']['ReplayConditions'];
export type ReplayEnd = components['schemas']['ReplayEnd'];
export type ReplayEvent = components['schemas']['ReplayEvent'];
export type ReplayHello = components['schemas']['ReplayHello'];
export type ReplayLadder = components['schemas']['ReplayLadder'];
export type ReplayLevel = components['schemas']['ReplayLevel'];
export type ReplayPause = components['schemas']['ReplayPause'];
export type ReplayProblem = components['schemas']['ReplayProblem'];
export type ReplayProtocol = components['schemas']['ReplayProtocol'];
export type ReplayQuery = components['schemas']['ReplayQuery'];
export type ReplayResume = components['schemas']['ReplayResume'];
export type ReplaySpeed = components['schemas']['ReplaySpeed'];
export type ReplayTrade = components['schemas']['ReplayTrade'];
export type ReplayWall = components['schemas']['ReplayWall'];
export type ReplayWindow = components['schemas']['ReplayWindow'];
export type Report = components['schemas']['Report'];
export type SaidBefore = components['schemas']['SaidBefore'];
export type ScoreRow = components['schemas']['ScoreRow'];
export type Seen = components['schemas']['Seen'];
export type SetupAnswer = components['schemas']['SetupAnswer'];
export type SetupInfo = components['schemas']['SetupInfo'];
export type SetupList = components['schemas']['SetupList'];
export type SetupRow = components['schemas']['SetupRow'];
export type SharedTrait = components['schemas']['SharedTrait'];
export type StatedBin = components['schemas']['StatedBin'];
export type StatedOutcome = components['schemas']['StatedOutcome'];
export type StrikeNow = components['schemas']['StrikeNow'];
export type TableInfo = components['schemas']['TableInfo'];
export type TableState = components['schemas']['TableState'];
export type Tally = components['schemas']['Tally'];
export type TrackRecord = components['schemas']['TrackRecord'];
export type WallEvent = components['schemas']['WallEvent'];
export type WallNow = components['schemas']['WallNow'];
export type WhyNear = components['schemas']['WhyNear'];
export type WindowList = components['schemas']['WindowList'];
export type ZoneTicks = components['schemas']['ZoneTicks'];
export type $defs = Record<string, never>;
export interface operations {
    approach_api_approach_get: {
        parameters: {
            query: {
                /** @description A contract or a root. */
                symbol: string;
                /** @description For example pm_high. */
                level: string;
                approach_dir: "from_above" | "from_below";
                /** @description What the caller may know: seconds UTC within the session. */
                as_of_s: number;
                /** @description The day's version that the caller has; another is a `day_changed`. */
                version?: string | null;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApproachAnswer"] | components["schemas"]["NoApproach"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    catalogue_api_catalogue_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalogue"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    days_api_days_get: {
        parameters: {
            query?: never;
            header?: {
                "accept-encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DayList"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    day_api_days__symbol___session_date__get: {
        parameters: {
            query?: {
                /** @description Seconds UTC; by default the session's start. */
                as_of_s?: number | null;
                /** @description The day's version that the caller has; another is a `day_changed`. */
                version?: string | null;
            };
            header?: never;
            path: {
                /** @description A contract, for example ESZ5, or a root, for example ES. */
                symbol: string;
                session_date: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Day"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    episodes_api_days__symbol___session_date__episodes_get: {
        parameters: {
            query: {
                /** @description What the caller may know: seconds UTC within the session. */
                as_of_s: number;
                /** @description The day's version that the caller has; another is a `day_changed`. */
                version?: string | null;
            };
            header?: never;
            path: {
                /** @description A contract, for example ESZ5, or a root, for example ES. */
                symbol: string;
                session_date: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EpisodeList"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    next_episode_api_days__symbol___session_date__next_episode_get: {
        parameters: {
            query: {
                /** @description Seconds UTC. */
                from_s: number;
                /** @description By default any level. */
                level?: string | null;
                /** @description The one before instead of the next. */
                back?: boolean;
            };
            header?: never;
            path: {
                /** @description A contract, for example ESZ5, or a root, for example ES. */
                symbol: string;
                session_date: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NextEpisode"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tables_api_days__symbol___session_date__tables__tables__get: {
        parameters: {
            query: {
                /** @description What the caller may know: seconds UTC within the session. */
                as_of_s: number;
                /** @description Rows known later than this; by default from the beginning. */
                from_s?: number | null;
                /** @description For `conditions`: at most 8 levels, by commas. */
                levels?: string | null;
                /** @description Seconds that the ladder sums over; the conditions fade by half in a quarter of it. */
                horizon_s?: 60 | 120 | 240;
                /** @description The day's version that the caller has; another is a `day_changed`. */
                version?: string | null;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path: {
                /** @description A contract, for example ESZ5, or a root, for example ES. */
                symbol: string;
                session_date: string;
                /** @description By commas, for example windows,levels,candles. */
                tables: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows known in (from_s, as_of_s], an Arrow IPC stream a table. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": unknown;
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    windows_api_days__symbol___session_date__windows_get: {
        parameters: {
            query: {
                /** @description Windows that ended later than this. */
                from_s: number;
                /** @description What the caller may know: seconds UTC within the session. */
                as_of_s: number;
                /** @description Whose conditions; by default the day's first. */
                levels?: string | null;
                /** @description Seconds that the ladder sums over; the conditions fade by half in a quarter of it. */
                horizon_s?: 60 | 120 | 240;
                /** @description The day's version that the caller has; another is a `day_changed`. */
                version?: string | null;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path: {
                /** @description A contract, for example ESZ5, or a root, for example ES. */
                symbol: string;
                session_date: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WindowList"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_drill_api_drill_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrillMoment"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drill_score_api_drill_score_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrillScore"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drill_api_drill__entry_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of an entry, 20 hex digits. */
                entry_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrillMoment"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    call_api_drill__entry_id__call_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of an entry, 20 hex digits. */
                entry_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallToKeep"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrillResult"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    evaluation_api_evaluation_get: {
        parameters: {
            query: {
                /** @description A contract or a root. */
                root: string;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    journal_api_journal_get: {
        parameters: {
            query?: {
                /** @description Outcomes known then; by default all that the lake knows. */
                as_of_s?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Journal"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keep_api_journal_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MomentToKeep"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntry"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    picture_api_journal__entry_id__picture_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of an entry, 20 hex digits. */
                entry_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The board as it stood. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": unknown;
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lake_api_lake_get: {
        parameters: {
            query: {
                /** @description A contract or a root. */
                root: string;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LakeHealth"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    partition_api_lake_partition_get: {
        parameters: {
            query: {
                /** @description For example silver.future_mbo.levels. */
                dataset: string;
                /** @description A contract or a root. */
                symbol: string;
                /** @description 2025-10-16. */
                date: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartitionView"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_api_setup_get: {
        parameters: {
            query: {
                /** @description A contract or a root. */
                symbol: string;
                /** @description For example pm_high. */
                level: string;
                approach_dir: "from_above" | "from_below";
                /** @description What the caller may know: seconds UTC within the session. */
                as_of_s: number;
                setup?: "level_test" | "break_and_confirm";
                /** @description Seconds that the ladder sums over; the conditions fade by half in a quarter of it. */
                horizon_s?: 60 | 120 | 240;
                /** @description The day's version that the caller has; another is a `day_changed`. */
                version?: string | null;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupAnswer"] | components["schemas"]["NoSetupYet"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setups_api_setups_get: {
        parameters: {
            query: {
                /** @description For example pm_high. */
                level: string;
                /** @description The root, for example ES. */
                root?: string;
                approach_dir?: ("from_above" | "from_below") | null;
                setup?: "level_test" | "break_and_confirm";
                /** @description Only what was known then; by default all that the lake knows. */
                as_of_s?: number | null;
                /** @description First session date. */
                first?: string | null;
                /** @description Last session date. */
                last?: string | null;
                /** @description New York, HH:MM. */
                time_from?: string | null;
                /** @description New York, HH:MM. */
                time_to?: string | null;
                /** @description One of first_test, retest, repeat_test. */
                kind?: string | null;
            };
            header?: {
                "accept-encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupList"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    healthz_healthz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz_readyz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Client Error */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Server Error */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
export const BALANCE = ['even', 'up', 'down', 'vacuum', 'hold'] as const;
export const EPISODE_KIND = ['first_test', 'retest', 'repeat_test'] as const;
export const EVENT_KIND = ['known', 'approach', 'test', 'state', 'fire', 'resolved', 'wall'] as const;
export const FEED_NAME = ['preparing', 'waiting', 'connecting', 'catching_up', 'live', 'quiet', 'reconnecting', 'behind', 'refused', 'recorder_failed', 'engine_failed', 'over'] as const;
export const OUTCOME = ['CHOP', 'BREAK_UP', 'BREAK_DOWN', 'REJECT_UP', 'REJECT_DOWN', 'WHIPSAW', 'CENSORED'] as const;
export const PRESSURE_STATE = ['IDLE', 'TRACK', 'WATCH', 'ARMED', 'FIRE'] as const;
export const WALL_EVENT = ['stands', 'appeared', 'grew', 'pulled', 'eaten', 'absorbing', 'left'] as const;
