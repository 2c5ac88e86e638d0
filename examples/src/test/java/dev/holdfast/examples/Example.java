// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import java.util.List;

/** What the tests must know of each example. */
enum Example {
  HEAT("HeatDiffusion", "heat", "mean temperature") {
    @Override
    List<String> outputs() {
      return List.of("probe.csv");
    }

    @Override
    List<String> arguments(Size size, long seed) {
      return switch (size) {
        case TINY -> List.of("64", "300", text(seed));
        case TINY_LONGER -> List.of("64", "500", text(seed));
        case LONG -> List.of("320", "12000", text(seed));
        case ENDLESS -> List.of("64", ENDLESS_STEPS, text(seed));
      };
    }
  },
  PARTICLES("Particles", "particles", "after") {
    @Override
    List<String> arguments(Size size, long seed) {
      return switch (size) {
        case TINY -> List.of("1.5", "100", text(seed));
        case TINY_LONGER -> List.of("2.5", "100", text(seed));
        case LONG -> List.of("36", "1362", text(seed)); // 1,000 to 50,000 grains
        case ENDLESS -> List.of("1e9", "0", text(seed));
      };
    }
  },
  METROPOLIS("MetropolisSampler", "metropolis", "accepted") {
    @Override
    List<String> outputs() {
      return List.of("samples.csv");
    }

    @Override
    List<String> arguments(Size size, long seed) {
      return switch (size) {
        case TINY -> List.of("200000", "100000", text(seed));
        case TINY_LONGER -> List.of("400000", "100000", text(seed));
        case LONG -> List.of("12000000", "3000000", text(seed));
        case ENDLESS -> List.of(ENDLESS_STEPS, "100000", text(seed));
      };
    }
  },
  PI("MonteCarloPi", "pi", "pi is about") {
    @Override
    List<String> arguments(Size size, long seed) {
      return switch (size) {
        case TINY -> List.of("30", "16000", text(seed));
        case TINY_LONGER -> List.of("50", "16000", text(seed));
        case LONG -> List.of("1500", "480000", text(seed));
        case ENDLESS -> List.of(ENDLESS_STEPS, "16000", text(seed));
      };
    }
  };

  /** How much an example has to do. */
  enum Size {
    /** Done at once. */
    TINY,
    /** What TINY does, and more steps after it. */
    TINY_LONGER,
    /** Long enough to be killed twenty times. */
    LONG,
    /** Does not end by itself. */
    ENDLESS
  }

  private static final String ENDLESS_STEPS = "1000000000000";

  private final String program;
  private final String job;
  private final String result;

  Example(String program, String job, String result) {
    this.program = program;
    this.job = job;
    this.result = result;
  }

  abstract List<String> arguments(Size size, long seed);

  /** The main class. */
  String program() {
    return program;
  }

  /** The name of its store in the working directory. */
  String store() {
    return job + ".holdfast";
  }

  /** The files it appends to. */
  List<String> outputs() {
    return List.of();
  }

  /** Whether a line that it printed comes from after the loop. */
  boolean isResult(String line) {
    return line.startsWith(result);
  }

  private static String text(long number) {
    return Long.toString(number);
  }
}
