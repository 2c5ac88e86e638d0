// SPDX-License-Identifier: Apache-2.0
/*
 * Heat spreading over a square plate, a program that writes its own restart files: heat-STEP.chk,
 * the newest two of them. It appends to heat.csv and goes on with both after a restart.
 *
 *     cc -O2 -o heat heat.c
 *     holdfast run --state 'heat-*.chk' --latest 1 -- ./heat 512 100000
 *
 * Arguments: size, steps, milliseconds to rest after each step (to watch it at leisure).
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "holdfast.h"

#define NAME 4096
static const char MAGIC[8] = "HEATCHK";

/* What a restart file begins with; the field follows. All that the next step needs is in the two. */
struct state {
  char magic[8];
  int64_t size, step, output_bytes;
};

static void fail(const char *what, const char *file) {
  fprintf(stderr, "heat: %s %s\n", what, file);
  exit(74);
}

static void *room(size_t bytes) {
  void *memory = malloc(bytes);
  if (!memory) fail("not enough memory for", "the field");
  return memory;
}

/* Under another name first: whenever it is interrupted, every heat-*.chk is a whole one. Two attempts
   that run at the same time (it happens on clusters) use two names. Returns whether all went well:
   a full disk is no reason to stop computing. */
static int write_state(const struct state *state, const double *field, const char *name) {
  char temporary[NAME];
  size_t cells = (size_t)(state->size * state->size);
  snprintf(temporary, sizeof temporary, "heat.tmp%ld", holdfast_attempt());
  FILE *file = fopen(temporary, "wb");
  if (!file) return 0;
  int good = fwrite(state, sizeof *state, 1, file) == 1 &&
             fwrite(field, sizeof *field, cells, file) == cells;
  good = fclose(file) == 0 && good && rename(temporary, name) == 0;
  if (!good) remove(temporary);
  return good;
}

static void read_state(struct state *state, double *field, const char *name) {
  int64_t size = state->size;
  size_t cells = (size_t)(size * size);
  FILE *file = fopen(name, "rb");
  if (!file) fail("cannot open", name);
  if (fread(state, sizeof *state, 1, file) != 1 || memcmp(state->magic, MAGIC, sizeof MAGIC) != 0 ||
      state->size != size || fread(field, sizeof *field, cells, file) != cells ||
      fgetc(file) != EOF)
    fail("not a whole restart file of this size:", name);
  fclose(file);
}

/* The output up to the restart file, in a new file: an earlier attempt that still runs somewhere
   keeps its own. */
static FILE *open_output(int64_t bytes) {
  char temporary[NAME];
  snprintf(temporary, sizeof temporary, "heat.csv%ld", holdfast_attempt());
  FILE *output = fopen(temporary, "wb");
  if (!output) fail("cannot write", temporary);
  FILE *before = bytes > 0 ? fopen("heat.csv", "rb") : NULL;
  for (; bytes > 0; bytes--) {
    int byte = before ? fgetc(before) : EOF;
    if (byte == EOF || fputc(byte, output) == EOF) fail("shorter than the restart file says:", "heat.csv");
  }
  if (before) fclose(before);
  if (fflush(output) != 0 || rename(temporary, "heat.csv") != 0) fail("cannot write", "heat.csv");
  return output;
}

/* The names of the newest two restart files; empty where there is none. */
static char older[NAME], newer[NAME];

static void checkpoint(struct state *state, const double *field, FILE *output) {
  char name[NAME];
  holdfast_begin();
  fflush(output);
  state->output_bytes = ftell(output);
  snprintf(name, sizeof name, "heat-%09" PRId64 ".chk", state->step);
  if (write_state(state, field, name)) {
    if (*older) remove(older);
    memcpy(older, newer, sizeof older);
    memcpy(newer, name, sizeof newer);
  }
  holdfast_end();
}

static void diffuse(const double *from, double *to, int64_t size) {
  memcpy(to, from, sizeof *to * (size_t)(size * size)); /* the edge stays as it is */
  for (int64_t row = 1; row < size - 1; row++)
    for (int64_t i = row * size + 1; i < row * size + size - 1; i++)
      to[i] = from[i] + 0.2 * (from[i - 1] + from[i + 1] + from[i - size] + from[i + size] - 4 * from[i]);
}

int main(int argc, char **argv) {
  struct state state = {.size = argc > 1 ? atoll(argv[1]) : 256};
  int64_t steps = argc > 2 ? atoll(argv[2]) : 2000;
  long rest_ms = argc > 3 ? atol(argv[3]) : 0;
  if (state.size < 3 || state.size > 20000) fail("size must be 3 to 20000, not", argv[1]);
  memcpy(state.magic, MAGIC, sizeof MAGIC);
  size_t cells = (size_t)(state.size * state.size);
  double *field = room(cells * sizeof *field), *next = room(cells * sizeof *next), sum = 0;

  if (holdfast_restart()) {
    read_state(&state, field, holdfast_restart());
    snprintf(newer, sizeof newer, "%s", holdfast_restart());
    fprintf(stderr, "heat: goes on with step %" PRId64 "\n", state.step);
  } else {
    for (size_t i = 0; i < cells; i++) field[i] = i % (size_t)state.size * 3 < (size_t)state.size ? 100 : 20;
  }
  FILE *output = open_output(state.output_bytes);
  while (state.step < steps) {
    diffuse(field, next, state.size);
    double *swap = field;
    field = next;
    next = swap;
    state.step++;
    fprintf(output, "%" PRId64 ",%.17g\n", state.step, field[cells / 2 + (size_t)state.size / 2]);
    if (holdfast_due()) checkpoint(&state, field, output);
    struct timespec rest = {rest_ms / 1000, rest_ms % 1000 * 1000000};
    if (rest_ms > 0) nanosleep(&rest, NULL);
  }
  for (size_t i = 0; i < cells; i++) sum += field[i];
  if (fclose(output) != 0) fail("cannot write", "heat.csv");
  printf("mean temperature %.17g\n", sum / (double)cells);
  return 0;
}
