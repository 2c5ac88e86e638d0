// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.PrintWriter;

/** How far a run is: one line that is redrawn on a terminal, a line for every tenth elsewhere. */
final class Progress {
  private static final long REDRAW_EVERY_NS = 100_000_000L;
  private static final int BAR = 30;

  private final PrintWriter err;
  private final boolean terminal = Terminal.isInteractive();
  private long lastNs = System.nanoTime() - REDRAW_EVERY_NS;
  private String lastName = "";
  private int lastTenth;
  private boolean drawn;

  Progress(PrintWriter err) {
    this.err = err;
  }

  void show(String name, long done, long total) {
    double share = Math.clamp((double) (done + 1) / total, 0, 1);
    if (terminal) {
      draw(name, share);
    } else {
      tell(name, share);
    }
  }

  /** As {@link #show}, where nobody wants lines of it in a file. */
  void showOnTerminal(String name, long done, long total) {
    if (terminal) {
      show(name, done, total);
    }
  }

  private void draw(String name, double share) {
    long now = System.nanoTime();
    if (now - lastNs < REDRAW_EVERY_NS) {
      return;
    }
    lastNs = now;
    int filled = (int) (share * BAR);
    String bar = "#".repeat(filled) + ".".repeat(BAR - filled);
    err.print(Text.format("\r  %-10s [%s] %3.0f %%", name, bar, share * 100));
    err.flush();
    drawn = true;
  }

  private void tell(String name, double share) {
    int tenth = (int) (share * 10);
    if (!name.equals(lastName)) {
      lastName = name;
      lastTenth = tenth;
    } else if (tenth > lastTenth) {
      lastTenth = tenth;
      err.println(Text.format("  %s: %d %%", name, tenth * 10));
    }
  }

  /** Removes the line that was drawn, so that something else can be printed. */
  void clear() {
    if (drawn) {
      err.print("\r" + " ".repeat(BAR + 30) + "\r");
      err.flush();
      drawn = false;
    }
  }
}
