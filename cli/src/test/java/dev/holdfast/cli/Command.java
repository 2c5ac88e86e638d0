// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command as its user runs it, in this JVM or in one of its own. */
final class Command {
  private Command() {}

  /**
   * What a run came to.
   *
   * @param sizeBytes of the answer
   * @param out the answer as text
   */
  record Result(int code, int sizeBytes, String out, String err) {
    static Result of(int code, byte[] out, String err) {
      return new Result(code, out.length, new String(out, UTF_8), err);
    }

    /** Ended with this code and said why in one sentence, without an answer or a stack trace. */
    void mustFail(int expected, String... words) {
      assertEquals(expected, code, this::toString);
      assertEquals("", out);
      mustSay(words);
    }

    void mustSay(String... words) {
      for (String word : words) {
        assertTrue((out + err).contains(word), () -> "\"" + word + "\" in " + this);
      }
      assertFalse((out + err).contains("\tat "), this::toString);
      assertFalse(err.contains("please report"), this::toString);
    }

    void mustBeDone() {
      assertEquals(0, code, this::toString);
    }

    @Override
    public String toString() {
      return "code " + code + "\n-- out\n" + out + "\n-- err\n" + err;
    }
  }

  /** Runs in this JVM. */
  static Result run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(out, err, texts(arguments).toArray(String[]::new));
    return Result.of(code, out.toByteArray(), err.toString(UTF_8));
  }

  /** A process that is yet to be started; its folder and its environment may still be chosen. */
  static ProcessBuilder process(List<String> jvmOptions, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(texts(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST"));
    return builder;
  }

  /** Waits for the end of a process whose messages fit the buffer of a pipe. */
  static Result finish(Process process) throws IOException, InterruptedException {
    byte[] out = process.getInputStream().readAllBytes();
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    return Result.of(process.waitFor(), out, err);
  }

  private static List<String> texts(Object... arguments) {
    List<String> texts = new ArrayList<>();
    for (Object argument : arguments) {
      texts.add(argument.toString());
    }
    return texts;
  }
}
