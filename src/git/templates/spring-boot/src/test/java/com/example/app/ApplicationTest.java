package com.example.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.client.TestRestTemplate;

/** The whole service over HTTP. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "hello.greeting=ahoy")
class ApplicationTest {
  @Autowired TestRestTemplate http;

  @Test
  void greets() {
    assertThat(http.getForObject("/api/hello?name=shop", HelloController.Hello.class).text()).isEqualTo("ahoy, shop");
  }

  @Test
  void isReadyAndLive() {
    assertThat(http.getForEntity("/actuator/health/readiness", Map.class).getBody()).containsEntry("status", "UP");
    assertThat(http.getForEntity("/actuator/health/liveness", Map.class).getBody()).containsEntry("status", "UP");
  }
}
