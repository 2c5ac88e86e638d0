// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
  @Test
  void json_oddText_isReadBackUnchanged() {
    StringBuilder odd = new StringBuilder("\"\\/é\u20ac\ud83d\ude00");
    for (char c = 0; c < 0x20; c++) {
      odd.append(c);
    }
    String text = odd.append('\u007f').toString();
    assertEquals(
        Map.of(text, List.of(text)), StrictJson.parse(Json.of(Map.of(text, List.of(text)))));
  }

  @Test
  void json_valuesOfEveryKind_areReadBackUnchanged() {
    Object value =
        Map.of("a", List.of(), "b", Map.of(), "c", List.of(Long.MIN_VALUE, -0.5, 1e300, true));
    assertEquals(value, StrictJson.parse(Json.of(value)));
  }

  @Test
  void json_numberThatIsNone_isNull() {
    assertEquals("null", Json.of(Double.NaN));
    assertEquals("null", Json.of(Double.POSITIVE_INFINITY));
  }

  @Test
  void json_valueWithoutForm_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Json.of(new Object()));
  }
}
