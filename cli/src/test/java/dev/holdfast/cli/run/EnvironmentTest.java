// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

final class EnvironmentTest {
  @Test
  void launchersChanges_areUndone_forTheCommand() {
    Properties properties = new Properties();
    properties.setProperty("holdfast.kept.LC_ALL", "");
    properties.setProperty("holdfast.kept.JAVA_TOOL_OPTIONS", "-Xmx8g");
    properties.setProperty("holdfast.launcher", "/opt/holdfast");
    assertEquals(
        Map.of("HOME", "/home/ada", "JAVA_TOOL_OPTIONS", "-Xmx8g"),
        Environment.restored(Map.of("HOME", "/home/ada", "LC_ALL", "C.UTF-8"), properties));
  }
}
