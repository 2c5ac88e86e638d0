// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The environment as it was before the launcher changed it for its own JVM: what the user has set
 * for Java and the locale is meant for the command.
 */
public final class Environment {
  /** The launcher hands on what it changed in properties of this beginning. */
  private static final String KEPT = "holdfast.kept.";

  private Environment() {}

  /** What the command inherits. */
  public static Map<String, String> inherited() {
    return restored(System.getenv(), System.getProperties());
  }

  static Map<String, String> restored(Map<String, String> present, Properties properties) {
    Map<String, String> environment = new TreeMap<>(present);
    for (String property : properties.stringPropertyNames()) {
      if (property.startsWith(KEPT)) {
        String name = property.substring(KEPT.length());
        String value = properties.getProperty(property);
        if (value.isEmpty()) {
          environment.remove(name);
        } else {
          environment.put(name, value);
        }
      }
    }
    return environment;
  }
}
