package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionControllerTest {
  @Test
  void neverShowsTheSecret() {
    VersionController.Secret secret = VersionController.describe("correct horse");
    assertThat(secret.present()).isTrue();
    assertThat(secret.length()).isEqualTo(13);
    assertThat(secret.sha256()).hasSize(8);
    assertThat(new Settings("hello", "correct horse").toString()).doesNotContain("correct horse");
  }

  @Test
  void saysThatThereIsNoSecret() {
    assertThat(VersionController.describe("").present()).isFalse();
  }
}
