// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.Holdfast;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A job whose process is gone between two steps, without a word. Arguments: the folder of its store
 * and output, and the step at which it goes; it completes when there is no such step.
 */
final class HaltedJob {
  static final int STEPS = 40;
  static final String STORE = "halted.holdfast";

  /** The exit code of an attempt that went. */
  static final int KILLED = 9;

  private static final int VALUES = 40_000;

  private HaltedJob() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    long last = Long.parseLong(arguments[1]);
    Holdfast.job("halted")
        .store(folder.resolve(STORE))
        .keep(4)
        .run(hf -> {
          double[] values = hf.protect("values", new double[VALUES]);
          var output = hf.append(folder.resolve("steps.csv").toString());
          for (long step : hf.steps(STEPS)) {
            if (step == last) {
              Runtime.getRuntime().halt(KILLED);
            }
            // Some blocks change: most versions need the files of others.
            int from = (int) (step * 7919 % VALUES);
            Arrays.fill(values, from, Math.min(from + 100, VALUES), (double) step);
            output.println(Long.toString(step));
            hf.checkpoint().awaitDurable();
          }
        });
  }
}
