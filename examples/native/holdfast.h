// SPDX-License-Identifier: Apache-2.0
/*
 * Under "holdfast run --state ... -- ./program" a program asks here whether a checkpoint is due:
 *
 *     if (holdfast_due()) {              // one look at a file: about a microsecond
 *       holdfast_begin();
 *       ...                              // write to another name, then rename(): never half a file
 *       holdfast_end();                  // from begin to end is what a checkpoint costs
 *     }
 *
 * and begins with the file holdfast_restart(), if there is one. Nothing to link: this header is all.
 * Without holdfast run every call is harmless: nothing is due, and there is nothing to restart from.
 * In an MPI program rank 0 calls and broadcasts the answer, so that all ranks write the same step.
 */
#ifndef HOLDFAST_H
#define HOLDFAST_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <utime.h>

/* Writes the path of a flag in the control folder; 0 where there is none or the path is too long. */
static inline int holdfast_flag(const char *name, char *path, size_t size) {
  const char *folder = getenv("HOLDFAST_DIR");
  int length = folder && *folder ? snprintf(path, size, "%s/%s", folder, name) : 0;
  return length > 0 && (size_t)length < size;
}

/* Whether a checkpoint is wanted now. Ask after every step. */
static inline int holdfast_due(void) {
  char due[4096];
  return holdfast_flag("due", due, sizeof due) && access(due, F_OK) == 0;
}

/* The program begins to write its files. The flag's time is now, its new name says who has it. */
static inline void holdfast_begin(void) {
  char due[4096], writing[4096];
  if (holdfast_flag("due", due, sizeof due) && holdfast_flag("writing", writing, sizeof writing) &&
      utime(due, NULL) == 0)
    (void)rename(due, writing);
}

/* All files of this checkpoint have been written and have their names. */
static inline void holdfast_end(void) {
  char writing[4096], written[4096];
  if (holdfast_flag("writing", writing, sizeof writing) &&
      holdfast_flag("written", written, sizeof written))
    (void)rename(writing, written);
}

/* The file to begin with; NULL: begin at the beginning. */
static inline const char *holdfast_restart(void) {
  const char *file = getenv("HOLDFAST_RESTART");
  return file && *file ? file : NULL;
}

/* 1 for the first start of this job, one more with every restart; 0 without holdfast run. */
static inline long holdfast_attempt(void) {
  const char *attempt = getenv("HOLDFAST_ATTEMPT");
  return attempt ? strtol(attempt, NULL, 10) : 0;
}

/* Seconds of work between checkpoints planned at the start, for programs that have a setting of
   that kind and cannot ask; 0: not known. */
static inline double holdfast_interval(void) {
  const char *seconds = getenv("HOLDFAST_INTERVAL_S");
  return seconds ? strtod(seconds, NULL) : 0;
}

#endif
