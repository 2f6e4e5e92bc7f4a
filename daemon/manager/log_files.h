/* SPDX-License-Identifier: MIT */
/*
 * Log files of units (LogDirectory=): written, rotated and compressed by a process of their own, so
 * that no disk keeps the loop waiting. It reads lines from a pipe; a pipe that is full costs lines,
 * which are counted and told of in the file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct manager;

struct log_file_settings {
	char *directory;       /* LogDirectory=; NULL: no files */
	uint64_t max_bytes;    /* LogFileMaxBytes=: of one file before it is rotated */
	uint64_t max_files;    /* LogFileMaxFiles=: rotated ones that are kept of each unit */
	uint64_t max_age_usec; /* LogFileMaxAgeSec=: before rotation, and after it; USEC_INFINITY:
				  any */
	bool compress;	       /* LogFileCompress=zstd: rotated ones, by the program zstd */
};

/* Starts the writer, if there is a directory. */
void log_files_open(struct manager *m);
/* No more lines: it writes what it has and ends. */
void log_files_close(struct manager *m);
/* It ended: another one is started after a while, unless it was asked to. */
void log_files_ended(struct manager *m);
/* Rotates every file now; false: there are none. */
bool log_files_rotate(struct manager *m);

/* log_writer.c: reads blocks of lines from `fd` until its end. */
_Noreturn void log_writer_run(const struct log_file_settings *settings, int fd);

/* What it is told besides lines: no unit has such a name. */
#define LOG_WRITER_ROTATE "/rotate"
