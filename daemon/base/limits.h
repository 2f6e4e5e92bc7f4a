/* SPDX-License-Identifier: MIT */
/* Every quantity that someone else controls has its limit here, with the reason for its size. */
#pragma once

/* What unit files may hold. systemd's own limit for a line is 1 MiB; no packaged file comes near
 * these. */
#define LIMIT_UNIT_FILE_BYTES (1024 * 1024)
#define LIMIT_UNIT_LINE_BYTES (64 * 1024)
#define LIMIT_UNIT_KEYS 4096
#define LIMIT_UNIT_DROPINS 256
#define LIMIT_UNITS 65536
#define LIMIT_UNIT_NAME 255 /* systemd.unit(5) */
#define LIMIT_COMMAND_WORDS 1024
#define LIMIT_DIAGNOSTICS 1024 /* kept for one unit; further ones are only counted */
#define LIMIT_ENVIRONMENT_FILE_BYTES (1024 * 1024)
#define LIMIT_CREDENTIAL_BYTES (1024 * 1024) /* systemd.exec(5) */
#define LIMIT_INPUT_DATA (64 * 1024 * 1024)  /* StandardInputText=, StandardInputData= */
#define LIMIT_ENVIRONMENT_VARIABLES 4096     /* of set-environment */

/* Starts and stops of one unit for another's sake (Upholds=, StopWhenUnneeded=): systemd's own. */
#define LIMIT_UPKEEP_BURST 16
#define LIMIT_UPKEEP_INTERVAL_USEC (10 * 1000000ULL)

/* What a client of the control socket may do. */
#define LIMIT_CLIENTS 128 /* whoever may change things comes in beyond it */
#define LIMIT_CLIENTS_PER_UID 64
#define LIMIT_ACCEPT_PAUSE_USEC (1000000ULL) /* where descriptors ran out and no client is idle */
#define LIMIT_DENIED_LOG_USEC (60 * 1000000ULL)
#define LIMIT_REQUEST_BYTES (64 * 1024)
#define LIMIT_REPLY_QUEUE_BYTES (16 * 1024 * 1024)
#define LIMIT_CLIENT_IDLE_USEC (5 * 60 * 1000000ULL)
#define LIMIT_REQUEST_USEC (5 * 1000000ULL) /* from the first byte of a request to its last */

/* What a service may send. */
#define LIMIT_NOTIFY_BYTES 4096
#define LIMIT_STATUS_TEXT_BYTES 1024
#define LIMIT_PID_FILE_BYTES 64
#define LIMIT_CGROUP_PATH 4096	  /* of its cgroup, PATH_MAX */
#define LIMIT_CGROUP_DEPTH 32	  /* of those below it that are walked through */
#define LIMIT_FOLDER_ENTRIES 4096 /* in a run-time folder, removed from within the loop */
#define LIMIT_FOLDER_DEPTH 128	  /* of it, and in /dev/shm: a descriptor and 32 KiB each */
/* D-Bus: what is waiting to be sent or is not yet whole. Answers of the bus itself are short. */
#define LIMIT_BUS_QUEUE_BYTES (64 * 1024)
#define LIMIT_BUS_MESSAGE_BYTES (LIMIT_BUS_QUEUE_BYTES - 64)
#define LIMIT_OUTPUT_LINE_BYTES (16 * 1024)   /* a longer line is split */
#define LIMIT_OUTPUT_RING_BYTES (64 * 1024)   /* the default of OutputRingSize= */
#define LIMIT_OUTPUT_PIPE_BYTES (1024 * 1024) /* of a unit that writes without pause */
#define LIMIT_CONSOLE_QUEUE_BYTES (256 * 1024)
#define LIMIT_FILES_QUEUE_BYTES (4 * 1024 * 1024) /* for the writer of log files */

/* Work per source and turn of the loop, so that no flood keeps the others waiting. */
#define LIMIT_NOTIFY_PER_TURN 64
#define LIMIT_OUTPUT_PER_TURN (256 * 1024) /* a tenth of a millisecond */
#define LIMIT_OUTPUT_PER_TURN_TO_FILES                                                             \
	(96 * 1024) /* as the shortest lines it fills three quarters of the queue */
#define LIMIT_JOBS_PER_TURN_USEC (20 * 1000ULL) /* a client is answered within 50 ms */
#define LIMIT_REQUESTS_PER_TURN 16
#define LIMIT_ACCEPTS_PER_TURN 16
#define LIMIT_SOCKET_FLUSH 1024 /* messages or connections that nobody is there for any more */
