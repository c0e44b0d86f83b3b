"""The address table: the archive's own pages, the admin panel, the sign-in and the health address."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from newsroom.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("sign-in/", auth.LoginView.as_view(template_name="sign_in.html"), name="sign_in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/catalog/", JavaScriptCatalog.as_view(), name="javascript_catalog"),
    path("admin/", admin.site.urls),
    path("", include("archive.web.urls")),
]
